import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../contract/admission.ts';
import type { Call } from '../contract/call.ts';

/** Admission for one write: both phases, and the settling of what plugins reserved. */
export interface Admission {
  admit(object: KubeObject | undefined, old: Live | undefined, key: ObjectKey): Promise<void>;
  validate(object: KubeObject | undefined, old: Live | undefined, key: ObjectKey): Promise<void>;
  /** Tells the plugins how the write ended; once an attempt. */
  settle(committed: boolean): void;
}

const chosen = new WeakMap<readonly AdmissionPlugin[], WeakMap<object, Map<string, readonly AdmissionPlugin[]>>>();

/** What is in the map, or what `make` puts there. */
function ensure<K extends object, V>(map: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function pluginsFor(plugins: readonly AdmissionPlugin[], kind: Call['resource']['kind'], subresource: string, verb: AdmissionAttributes['verb']) {
  const byVerb = ensure(
    ensure(chosen, plugins, () => new WeakMap<object, Map<string, readonly AdmissionPlugin[]>>()),
    kind,
    () => new Map<string, readonly AdmissionPlugin[]>(),
  );
  const id = `${verb} ${subresource}`;
  let found = byVerb.get(id);
  if (!found) {
    found = plugins.filter((plugin) => plugin.handles?.(kind, subresource, verb) ?? true);
    byVerb.set(id, found);
  }
  return found;
}

const NO_ADMISSION: Admission = { admit: async () => {}, validate: async () => {}, settle: () => {} };

export function admissionOf(call: Call, verb: AdmissionAttributes['verb'], subresource: string, dryRun: boolean): Admission {
  const plugins = pluginsFor(call.core.admission, call.resource.kind, subresource, verb);
  if (plugins.length === 0) return NO_ADMISSION;
  let callbacks: ((committed: boolean) => void)[] = [];
  const attributes = (object: KubeObject | undefined, old: Live | undefined, key: ObjectKey): AdmissionAttributes => ({
    kind: call.resource.kind,
    key,
    verb,
    subresource,
    object,
    old,
    user: call.user,
    dryRun,
    warn: (text) => void (call.warnings.includes(text) || call.warnings.push(text)),
    annotate(key, value) {
      call.annotations = { ...call.annotations, [key]: value };
    },
    onSettled: (callback) => void callbacks.push(callback),
  });
  return {
    async admit(object, old, key) {
      const given = attributes(object, old, key);
      for (const plugin of plugins) await plugin.admit?.(given);
    },
    async validate(object, old, key) {
      const given = attributes(object, old, key);
      for (const plugin of plugins) await plugin.validate?.(given);
    },
    settle(committed) {
      const settled = callbacks;
      callbacks = [];
      for (const callback of settled) callback(committed);
    },
  };
}
