import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, topLevel } from '../../schema/fields.ts';
import { internalForm } from '../../schema/internal-form.ts';
import { structuralOf } from '../../schema/structural.ts';
import { childPath, rootPath } from '../../validation/field-path.ts';
import { IMMUTABLE } from '../../validation/field-rules.ts';
import { ResourceClaimStatus } from './allocation.ts';
import { checkClaimStatus, dropFreedDevices } from './allocation-rules.ts';
import { resourceClaimQuota } from './claim-quota.ts';
import { checkDeviceClaim, defaultDeviceClaim, requestNamesOf } from './claim-rules.ts';
import { ResourceClaimSpec } from './device-claim.ts';
import { selectorLoading } from './selector-loading.ts';

export const ResourceClaim = topLevel('ResourceClaim', 'A claim to devices.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ResourceClaimSpec, 'What is wanted. Never changes.').tag(2),
  status: ref(ResourceClaimStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type ResourceClaim = Infer<typeof ResourceClaim>;

/** The rules of upstream's pkg/apis/resource/validation and pkg/registry/resource/resourceclaim. */
const resourceClaimStrategy: Strategy<ResourceClaim> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default({ spec, status }) {
    defaultDeviceClaim(spec.devices);
    for (const result of status?.allocation?.devices?.results ?? []) {
      for (const toleration of result.tolerations ?? []) toleration.operator ||= 'Equal';
    }
  },
  prepareForCreate(claim) {
    claim.status = {};
  },
  prepareForUpdate(claim, old) {
    claim.status = old.status;
  },
  prepareForStatusUpdate(claim, old) {
    claim.spec = old.spec;
    const { labels, annotations, finalizers, ownerReferences } = old.metadata;
    claim.metadata = { ...claim.metadata, labels, annotations, finalizers, ownerReferences };
    if (claim.status) dropFreedDevices(claim.status, old.status);
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    checkDeviceClaim(errors, spec.devices ?? {}, childPath(rootPath('spec'), 'devices'));
    return errors;
  },
  validateUpdate({ spec }, old) {
    const errors: FieldError[] = [];
    if (!semanticEqual(spec, old.spec)) errors.push(invalid('spec', internalForm(spec, structuralOf(ResourceClaimSpec)), IMMUTABLE));
    return errors;
  },
  validateStatusUpdate({ metadata, spec, status }, old) {
    const errors: FieldError[] = [];
    checkClaimStatus(errors, status ?? {}, old.status ?? {}, requestNamesOf(spec.devices ?? {}), metadata?.deletionTimestamp !== undefined);
    return errors;
  },
};

function stateText({ metadata, status }: ResourceClaim): string {
  const states: string[] = [];
  if (metadata?.deletionTimestamp) states.push('deleted');
  if (!status?.allocation) states.push('pending');
  else if ((status.reservedFor ?? []).length > 0) states.push('allocated', 'reserved');
  else states.push('allocated');
  return states.join(',');
}

export const resourceClaims = defineKind<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  namespaced: true,
  schema: ResourceClaim,
  columns: [nameColumn, shown('State', 'Whether devices are allocated and reserved.', stateText), ageColumn],
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: resourceClaimStrategy,
  quota: resourceClaimQuota,
  deletion: { returnsObject: true },
  admission: [selectorLoading('resourceclaims')],
});
