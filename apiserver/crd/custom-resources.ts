import { kindsFromCrd } from '../../api/crd/kind-from-crd.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep, timeText } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Registry } from '../contract/resource.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { FINALIZER } from './cleanup-plugin.ts';
import { hasCondition, withCondition, withStatus } from './names.ts';

type Crd = Live<CustomResourceDefinition>;

export interface CustomResourcesOptions {
  /** May do everything: deletes the objects of a definition that goes. */
  readonly client: Client;
  readonly objects: StorageAccess;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

const RETRY_MS = 1000;
/** Objects with finalizers take as long as they take; the others are gone at the first look. */
const LOOK_AGAIN_MS = 200;

/**
 * Serves what CustomResourceDefinitions define: accepts their names, serves their kinds from then on (discovery and OpenAPI follow the
 * registry), follows their changes, and when one is deleted removes its objects first. One definition is worked on at a time.
 */
export function customResources({ client, objects, registry, clock, log }: CustomResourcesOptions) {
  /** What each definition serves now, by name, with the text of the spec it was made from. */
  const served = new Map<string, { readonly uid: string; readonly spec: string; readonly kinds: readonly KindDefinition[] }>();
  const waiting = new Map<string, number>();
  let wake: () => void = () => {};

  const enqueue = (name: string, afterMs = 0) => {
    waiting.set(name, clock.now() + afterMs);
    wake();
  };

  async function serve(crd: Crd): Promise<void> {
    const { name, uid } = crd.metadata;
    const spec = JSON.stringify(crd.spec);
    const before = served.get(name);
    if (before?.uid === uid && before.spec === spec) return;
    // The form that is stored comes first: the others are made of it.
    const kinds: KindDefinition[] = [...kindsFromCrd(crd)].sort((a, b) => Number(a.storedAs !== undefined) - Number(b.storedAs !== undefined));
    const gone = (before?.kinds ?? []).filter((old) => !kinds.some((kind) => kind.version === old.version && kind.plural === old.plural));
    served.set(name, { uid, spec, kinds });
    for (const kind of kinds) await registry.add(kind);
    for (const kind of gone) registry.remove(kind);
  }

  function unserve(name: string): void {
    // Forms that others are stored in go last.
    for (const kind of (served.get(name)?.kinds ?? []).toReversed()) registry.remove(kind);
    served.delete(name);
  }

  async function accept(crd: Crd): Promise<Crd> {
    const key = keyOf(crd);
    return objects.modify(customResourceDefinitions, key, (current) => {
      if (current.metadata.deletionTimestamp) return current;
      return withStatus(current, objects.list(customResourceDefinitions), timeText(clock.now()));
    });
  }

  const terminating = (crd: Crd, status: string, reason: string, message: string): Crd => ({
    ...crd,
    status: {
      ...crd.status,
      conditions: withCondition(crd.status?.conditions ?? [], { type: 'Terminating', status, reason, message }, timeText(clock.now())),
    },
  });

  /** Deletes the definition's objects; true once none is left. */
  async function removeObjects(crd: Crd): Promise<boolean> {
    const kind = served.get(crd.metadata.name)?.kinds[0];
    if (!kind) return true;
    const left = objects.list(kind);
    for (const object of left) {
      if (object.metadata.deletionTimestamp) continue;
      await client.delete(kind, keyOf(object)).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
    return objects.list(kind).length === 0;
  }

  async function finish(crd: Crd): Promise<void> {
    const { name, finalizers = [] } = crd.metadata;
    if (!finalizers.includes(FINALIZER)) return;
    if (!hasCondition(crd, 'Terminating')) {
      const why = 'CustomResource deletion is in progress';
      await objects.modify(customResourceDefinitions, keyOf(crd), (current) => terminating(current, 'True', 'InstanceDeletionInProgress', why));
    }
    if (!(await removeObjects(crd))) return enqueue(name, LOOK_AGAIN_MS);
    const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
    const body = { metadata: { uid: crd.metadata.uid, finalizers: rest.length > 0 ? rest : null } };
    await client.patch(customResourceDefinitions, keyOf(crd), { type: 'merge', body });
  }

  async function work(name: string): Promise<void> {
    const crd = objects.get(customResourceDefinitions, { namespace: '', name });
    if (!crd) return unserve(name);
    // Defined anew under the same name: what was served goes with the old one.
    if (served.has(name) && served.get(name)?.uid !== crd.metadata.uid) unserve(name);
    if (crd.metadata.deletionTimestamp) {
      if (hasCondition(crd, 'Established')) await serve(crd);
      return finish(crd);
    }
    const accepted = await accept(crd);
    if (hasCondition(accepted, 'Established')) await serve(accepted);
  }

  async function attempt(name: string): Promise<void> {
    try {
      await work(name);
    } catch (error) {
      if (isNotFound(error)) return enqueue(name);
      log.warn({ err: error, customResourceDefinition: name }, 'a custom resource definition could not be brought into effect; trying again');
      enqueue(name, RETRY_MS);
    }
  }

  return {
    /** Resolves once everything that is established is served again. */
    async start(): Promise<void> {
      objects.follow(customResourceDefinitions, (crd) => enqueue(crd.metadata.name));
      await Promise.all(objects.list(customResourceDefinitions).map((crd) => attempt(crd.metadata.name)));
    },
    async run(signal: AbortSignal): Promise<void> {
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      while (!signal.aborted) {
        const now = clock.now();
        const due = [...waiting].filter(([, at]) => at <= now).map(([name]) => name);
        for (const name of due) {
          waiting.delete(name);
          await attempt(name);
        }
        if (due.length > 0) continue;
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const next = Math.min(...waiting.values()) - now;
        await Promise.race([aborted, woken, ...(Number.isFinite(next) ? [sleep(clock, next, signal)] : [])]);
      }
    },
  };
}
