import type { KindDefinition } from '../../api/definition/kind.ts';
import { isKind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { resourceText, StatusError } from '../../api/meta/status-error.ts';
import type { AdmissionAttributes } from '../contract/admission.ts';

/** A write to the main resource of a kind, with the kind's type. */
export interface Admitted<T extends KubeObject> {
  readonly object: T;
  readonly old: Live<T> | undefined;
}

const isOf = <T extends KubeObject>(kind: KindDefinition<T>, attributes: AdmissionAttributes, object: KubeObject | undefined): object is T =>
  object !== undefined && isKind(attributes.kind, kind);
const isLiveOf = <T extends KubeObject>(kind: KindDefinition<T>, attributes: AdmissionAttributes, object: Live | undefined): object is Live<T> =>
  isOf(kind, attributes, object);

/** Returns the object and its old state if the write is to the main resource of `kind`; undefined for other kinds, subresources and deletions. */
export function admitted<T extends KubeObject>(kind: KindDefinition<T>, attributes: AdmissionAttributes): Admitted<T> | undefined {
  const { object, old, subresource } = attributes;
  if (subresource !== '' || !isOf(kind, attributes, object)) return undefined;
  return { object, old: isLiveOf(kind, attributes, old) ? old : undefined };
}

/** Makes the `handles` of a plugin that is about the main resource of `kind` alone. */
export const handlesOnly =
  (kind: KindDefinition | { group: string; plural: string }, ...verbs: AdmissionAttributes['verb'][]) =>
  (asked: KindDefinition, subresource: string, verb: AdmissionAttributes['verb']): boolean =>
    subresource === '' && isKind(asked, kind) && verbs.includes(verb);

/** Makes a refusal in upstream's form (admission.NewForbidden): `pods "web" is forbidden: …`. */
export function forbidden(
  attributes: AdmissionAttributes,
  why: string,
  causes?: readonly { reason: string; message?: string; field?: string }[],
): StatusError {
  const { kind, key, object } = attributes;
  const name = key.name || object?.metadata?.name || object?.metadata?.generateName || 'Unknown';
  return new StatusError('Forbidden', `${resourceText(kind)} ${JSON.stringify(name)} is forbidden: ${why}`, {
    name,
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.plural,
    ...(causes ? { causes: [...causes] } : {}),
  });
}

/** Joins reasons, repeats left out: a single one as it is, several in brackets (Go's aggregated errors). */
export function joined(reasons: readonly string[]): string {
  const distinct = [...new Set(reasons)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
