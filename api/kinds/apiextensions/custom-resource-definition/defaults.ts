import type { CustomResourceDefinition } from './schema.ts';

export function defaultCustomResourceDefinition(crd: CustomResourceDefinition): void {
  const { spec } = crd;
  if (!spec) return;
  const names = spec.names;
  if (names?.kind) {
    names.singular ||= names.kind.toLowerCase();
    names.listKind ||= `${names.kind}List`;
  }
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= 443;
}

/** No conditions yet are written as null: upstream's field is not left out when it is empty, and our types know no null. */
const NONE = null as unknown as undefined;

/** The version that objects are stored in is the first that any was stored in. */
export function prepareCustomResourceDefinition(crd: CustomResourceDefinition): void {
  const stored = crd.spec?.versions?.filter((version) => version.storage).map((version) => version.name) ?? [];
  crd.status = { acceptedNames: { kind: '', plural: '' }, conditions: NONE, storedVersions: [...new Set(stored)] };
}
