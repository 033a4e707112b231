import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { Condition } from '../../meta/condition.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { list, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { IMMUTABLE } from '../../validation/field-rules.ts';
import { checkCidr, parseCidr } from '../../validation/ip-rules.ts';

/** The ServiceCIDR with the ranges that the API server is configured with. */
export const DEFAULT_SERVICE_CIDR_NAME = 'kubernetes';
export const SERVICE_CIDR_READY = 'Ready';
/** Keeps a ServiceCIDR while addresses of its ranges are in use. */
export const SERVICE_CIDR_FINALIZER = 'networking.k8s.io/service-cidr-finalizer';

export const ServiceCIDRSpec = struct('ServiceCIDRSpec', 'The ranges of a ServiceCIDR.', {
  cidrs: list(string(), 'Ranges of IP addresses: one, or one of each family. They cannot be changed; a second family can be added.', {
    'x-kubernetes-list-type': 'atomic',
  })
    .tag(1)
    .optional(),
});
export type ServiceCIDRSpec = Infer<typeof ServiceCIDRSpec>;

export const ServiceCIDRStatus = struct('ServiceCIDRStatus', 'The observed state of a ServiceCIDR.', {
  conditions: list(Condition, 'Ready: whether cluster IPs are given out of the ranges.', {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'type',
  })
    .tag(1)
    .optional(),
});

export const ServiceCIDR = topLevel('ServiceCIDR', 'Ranges of IP addresses out of which Services get their cluster IPs.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ServiceCIDRSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(ServiceCIDRStatus, 'What is observed.', { presence: 'filled' }).tag(3).optional(),
});
export type ServiceCIDR = Infer<typeof ServiceCIDR>;

const PATH = childPath(rootPath('spec'), 'cidrs');
const FIELD = pathText(PATH);

function cidrFaults(spec: ServiceCIDRSpec | undefined): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required(FIELD, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(FIELD, spec, 'may only hold up to 2 values')];
  const errors: FieldError[] = [];
  for (const [index, cidr] of cidrs.entries()) checkCidr(errors, cidr, indexPath(PATH, index));
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.address.family);
  if (first !== undefined && first === second) {
    errors.push(invalid(FIELD, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'));
  }
  return errors;
}

/** Returns the faults of a change: the ranges stay, but a second one may be added. */
function changeFaults(spec: ServiceCIDRSpec | undefined, old: ServiceCIDRSpec | undefined): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  const before = old?.cidrs ?? [];
  const added = before.length === 1 && cidrs.length === 2;
  if (!added && cidrs.length !== before.length) return [invalid(FIELD, cidrs, IMMUTABLE)];
  const changed = before.flatMap((cidr, index) =>
    cidr === cidrs[index] ? [] : [invalid(pathText(indexPath(PATH, index)), cidrs[index] ?? '', IMMUTABLE)],
  );
  return added ? [...changed, ...cidrFaults(spec)] : changed;
}

/** The rules of upstream's pkg/apis/networking/validation. Upstream lets the creator set a status. */
const serviceCidrStrategy: Strategy<ServiceCIDR> = {
  prepareForStatusUpdate(serviceCidr, old) {
    serviceCidr.metadata = { ...old.metadata, managedFields: serviceCidr.metadata?.managedFields };
    serviceCidr.spec = old.spec;
  },
  validate: ({ spec }) => cidrFaults(spec),
  validateUpdate: ({ spec }, old) => changeFaults(spec, old.spec),
  validateStatusUpdate: () => [],
};

const serviceCidrColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn,
  shown('CIDRs', 'The ranges of IP addresses.', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn,
];

export const serviceCidrs = defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
  schema: ServiceCIDR,
  columns: serviceCidrColumns,
  strategy: serviceCidrStrategy,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
});
