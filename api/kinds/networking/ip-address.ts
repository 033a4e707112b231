import { semanticEqual } from '../../../base/equality.ts';
import { nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, string, struct, topLevel } from '../../schema/fields.ts';
import { internalForm } from '../../schema/internal-form.ts';
import { structuralOf } from '../../schema/structural.ts';
import { childPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, IMMUTABLE } from '../../validation/field-rules.ts';
import { IP_FAULT, parseIp } from '../../validation/ip-rules.ts';
import { dns1123SubdomainFaults, pathSegmentName } from '../../validation/name-rules.ts';

/** The family of the address: IPv4 or IPv6. */
export const IP_FAMILY_LABEL = 'ipaddress.kubernetes.io/ip-family';
/** Names the component that keeps the object in line with its parent. */
export const MANAGED_BY_LABEL = 'ipaddress.kubernetes.io/managed-by';

export const ParentReference = struct('ParentReference', 'The object that has an IP address.', {
  group: string('Group of the object; empty for the core group.').tag(1).optional(),
  name: string('Name of the object.', { presence: 'value' }).tag(4),
  namespace: string('Namespace of the object, unless it is cluster-scoped.').tag(3).optional(),
  resource: string('Plural of the object, such as services.', { presence: 'value' }).tag(2),
});
export type ParentReference = Infer<typeof ParentReference>;

export const IPAddressSpec = struct('IPAddressSpec', 'The holder of an IP address.', {
  parentRef: ref(ParentReference, 'The object that has the address.', { presence: 'pointer' }).tag(1),
});

export const IPAddress = topLevel('IPAddress', 'One IP address that is in use, named after it in its canonical form.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(IPAddressSpec, 'What is wanted.', { presence: 'filled' }).tag(2),
});
export type IPAddress = Infer<typeof IPAddress>;

function validate({ spec }: IPAddress): FieldError[] {
  const errors: FieldError[] = [];
  const path = childPath(rootPath('spec'), 'parentRef');
  // The schema requires it, but the decoder leaves that to the rules, as upstream does.
  const reference: ParentReference | undefined = spec?.parentRef;
  if (!reference) return [required(pathText(path))];
  const { group, resource, name, namespace } = reference;
  if (group) addFaults(errors, dns1123SubdomainFaults(group), group, path, 'group');
  for (const [field, value] of [
    ['resource', resource],
    ['name', name],
  ] as const) {
    if (!value) errors.push(required(pathText(path, field)));
    else addFaults(errors, pathSegmentName(value, false), value, path, field);
  }
  if (namespace) addFaults(errors, pathSegmentName(namespace, false), namespace, path, 'namespace');
  return errors;
}

/** The rules of upstream's pkg/apis/networking/validation. */
const ipAddressStrategy: Strategy<IPAddress> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: (name) => (parseIp(name) ? [] : [IP_FAULT]),
  validate,
  validateUpdate(address, old) {
    const errors = validate(address);
    const parent = address.spec?.parentRef;
    if (!semanticEqual(parent, old.spec?.parentRef)) {
      errors.push(invalid('spec.parentRef', parent ? internalForm(parent, structuralOf(ParentReference)) : null, IMMUTABLE));
    }
    return errors;
  },
};

function parentText({ spec }: IPAddress): string {
  if (!spec?.parentRef) return '<none>';
  const { group, resource = '', namespace, name = '' } = spec.parentRef;
  const kind = group ? `${resource}.${group}` : resource;
  return [kind.toLowerCase(), ...(namespace ? [namespace] : []), name].join('/');
}

const ipAddressColumns: readonly Column<IPAddress>[] = [nameColumn, shown('ParentRef', 'The object that has the address.', parentText)];

export const ipAddresses = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  schema: IPAddress,
  columns: ipAddressColumns,
  strategy: ipAddressStrategy,
});
