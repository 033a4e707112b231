import type { KubeObject, Live } from '../meta/object.ts';
import { fieldErrorText } from '../schema/field-error.ts';
import type { Strategy } from './strategy.ts';

/** Returns an object after its kind's defaults. */
export function defaulted<T extends KubeObject>(strategy: Strategy<T>, object: NoInfer<T>): T {
  const copy: T = structuredClone(object);
  strategy.default?.(copy);
  return copy;
}

/** Returns the errors of a new object, as texts. */
export function createErrors<T extends KubeObject>(strategy: Strategy<T>, object: NoInfer<T>): string[] {
  const created = defaulted(strategy, object);
  strategy.prepareForCreate?.(created);
  return (strategy.validate?.(created) ?? []).map(fieldErrorText);
}

/** Returns an object as the server would store it. */
export function stored<T extends KubeObject>(strategy: Strategy<T>, object: NoInfer<T>): Live<T> {
  const created = defaulted(strategy, object);
  strategy.prepareForCreate?.(created);
  const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...created.metadata };
  return { ...created, metadata };
}

/** Returns the result of an update. `change` works on a copy. */
export function updated<T extends KubeObject>(strategy: Strategy<T>, old: Live<T>, change: (object: T) => void): T {
  const next: T = structuredClone(old);
  change(next);
  strategy.default?.(next);
  strategy.prepareForUpdate?.(next, old);
  return next;
}

/** Returns the errors of an update. */
export const updateErrors = <T extends KubeObject>(strategy: Strategy<T>, old: Live<T>, change: (object: T) => void): string[] =>
  (strategy.validateUpdate?.(updated(strategy, old, change), old) ?? []).map(fieldErrorText);

/** Returns the errors of an update of the status. */
export function statusErrors<T extends KubeObject>(strategy: Strategy<T>, old: Live<T>, change: (object: T) => void): string[] {
  const next: T = structuredClone(old);
  change(next);
  strategy.prepareForStatusUpdate?.(next, old);
  return (strategy.validateStatusUpdate?.(next, old) ?? []).map(fieldErrorText);
}
