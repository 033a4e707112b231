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

/** The version that objects are stored in is the first entry of `status.storedVersions`. */
export function prepareCustomResourceDefinition(crd: CustomResourceDefinition): void {
  const stored = crd.spec?.versions?.filter((version) => version.storage).map((version) => version.name) ?? [];
  crd.status = { acceptedNames: { kind: '', plural: '' }, conditions: undefined, storedVersions: [...new Set(stored)] };
  // Upstream writes an empty list of conditions as null, which the types of schemas do not have.
  Object.assign(crd.status, { conditions: null });
}
