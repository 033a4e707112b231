import type { KindDefinition } from '../../api/definition/kind.ts';
import { flowSchemas } from '../../api/kinds/flowcontrol/flow-schema/index.ts';
import { MANDATORY_FLOW_SCHEMAS } from '../../api/kinds/flowcontrol/flow-schema/mandatory.ts';
import { EXEMPT } from '../../api/kinds/flowcontrol/names.ts';
import { priorityLevelConfigurations } from '../../api/kinds/flowcontrol/priority-level-configuration/index.ts';
import { MANDATORY_PRIORITY_LEVELS } from '../../api/kinds/flowcontrol/priority-level-configuration/mandatory.ts';
import type { PriorityLevelConfigurationSpec } from '../../api/kinds/flowcontrol/priority-level-configuration/schema.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../api/meta/status-error.ts';
import { semanticEqual } from '../../base/equality.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { SUGGESTED_FLOW_SCHEMAS, SUGGESTED_PRIORITY_LEVELS } from './bootstrap-configuration.ts';

/** Whether the server keeps an object's spec as it is built in (k8s.io/api/flowcontrol, AutoUpdateAnnotationKey). */
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';
const WRITE = { fieldManager: 'api-priority-and-fairness-config-producer-v1' };
/** Go's forms of booleans. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

type Configured<S> = KubeObject & { spec?: S | undefined };

interface Defaults<S> {
  readonly kind: KindDefinition<Configured<S>>;
  readonly mandatory: ReadonlyMap<string, S>;
  readonly suggested: ReadonlyMap<string, S>;
  /** Returns the spec that a mandatory object should have, with the fields that an administrator may change. */
  readonly fixed: (spec: S, current: S | undefined, name: string) => S;
}

/** The shares of the level `exempt` are the administrator's. */
const fixedLevel = (spec: PriorityLevelConfigurationSpec, current: PriorityLevelConfigurationSpec | undefined, name: string) =>
  name === EXEMPT && current?.exempt ? { ...spec, exempt: current.exempt } : spec;

/**
 * Keeps the built-in configuration of priority and fairness. Mandatory objects always have their specs. Suggested ones have them unless their
 * annotation says otherwise, or is missing and they have been changed. Built-in objects of another release, which nobody has claimed, go.
 * (k8s.io/apiserver/pkg/util/flowcontrol's config producer, pkg/registry/flowcontrol/ensurer.) Where nothing is amiss it only reads the cache.
 */
export async function ensureConfiguration(client: Client, objects: StorageAccess): Promise<void> {
  await ensure(client, objects, {
    kind: priorityLevelConfigurations,
    mandatory: MANDATORY_PRIORITY_LEVELS,
    suggested: SUGGESTED_PRIORITY_LEVELS,
    fixed: fixedLevel,
  });
  await ensure(client, objects, {
    kind: flowSchemas,
    mandatory: MANDATORY_FLOW_SCHEMAS,
    suggested: SUGGESTED_FLOW_SCHEMAS,
    fixed: (spec) => spec,
  });
}

async function ensure<S>(client: Client, objects: StorageAccess, { kind, mandatory, suggested, fixed }: Defaults<S>): Promise<void> {
  const there = new Map(objects.list(kind).map((object) => [object.metadata.name, object]));
  const wanted = [...mandatory].map(([name, spec]) =>
    ensureOne(client, kind, name, there.get(name), { auto: true, spec: fixed(spec, there.get(name)?.spec, name) }),
  );
  for (const [name, spec] of suggested) {
    const current = there.get(name);
    const auto = !current || isAutoUpdated(current);
    wanted.push(ensureOne(client, kind, name, current, { auto, spec: auto ? spec : current.spec }));
  }
  for (const [name, { metadata }] of there) {
    if (mandatory.has(name) || suggested.has(name) || BOOLEANS.get(metadata.annotations?.[AUTO_UPDATE] ?? '') !== true) continue;
    const { uid, resourceVersion } = metadata;
    wanted.push(unlessRaced(client.delete(kind, { namespace: '', name }, { preconditions: { uid, resourceVersion } })));
  }
  await Promise.all(wanted);
}

function isAutoUpdated({ metadata }: Live): boolean {
  return BOOLEANS.get(metadata.annotations?.[AUTO_UPDATE] ?? '') ?? metadata.generation === 1;
}

interface Wanted<S> {
  readonly auto: boolean;
  readonly spec: S | undefined;
}

async function ensureOne<S>(
  client: Client,
  kind: KindDefinition<Configured<S>>,
  name: string,
  current: Live<Configured<S>> | undefined,
  { auto, spec }: Wanted<S>,
): Promise<void> {
  const annotations = { ...current?.metadata.annotations, [AUTO_UPDATE]: String(auto) };
  if (!current) return unlessRaced(client.create(kind, { metadata: { name, annotations }, spec }, WRITE));
  if (BOOLEANS.get(current.metadata.annotations?.[AUTO_UPDATE] ?? '') === auto && semanticEqual(spec, current.spec)) return;
  return unlessRaced(client.update(kind, { ...current, metadata: { ...current.metadata, annotations }, spec }, WRITE));
}

/** Another server may do the same at the same time; what it leaves is looked at in the next round. */
async function unlessRaced(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
  }
}
