import { defineKind } from '../definition/kind.ts';
import { ResourceQuotaSpec, resourceQuotas } from '../kinds/core/resource-quota.ts';
import { Condition } from '../meta/condition.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { listMap, ref, resourceList, string, struct, time, topLevel } from '../schema/fields.ts';

const QuotaReservation = struct(
  'QuotaReservation',
  'The amounts of a write that was let through and may not be stored yet. They are part of `used`.',
  {
    amounts: resourceList('What the write adds.'),
    name: string('Name of the object.'),
    resource: string('Resource of the object, as plural.group.'),
    resourceVersion: string('Version of the object that is changed; absent for a creation.').optional(),
    since: time('When the write was let through.'),
    uid: string('UID of the object.'),
  },
);
export type QuotaReservation = Infer<typeof QuotaReservation>;

const ResourceQuotaStatus = struct('ResourceQuotaStatus', 'The limits in force, and what is used.', {
  conditions: listMap(Condition, ['type'], 'Latest observations, one of each type.').optional(),
  hard: resourceList('Limits in force.').optional(),
  reservations: listMap(QuotaReservation, ['uid'], 'Writes that were let through and may not be stored yet.').optional(),
  used: resourceList('What is used.').optional(),
});
export type ConceptQuotaStatus = Infer<typeof ResourceQuotaStatus>;

/** A ResourceQuota of skiff.dev: a webhook charges it, and its status tells whether one does. */
export const ConceptQuota = topLevel('ResourceQuota', 'Limits what a namespace may use in all.', {
  metadata: ref(ObjectMeta, 'Identity of the object.', { presence: 'filled' }).optional(),
  spec: ref(ResourceQuotaSpec, 'What is wanted.', { presence: 'filled' }).optional(),
  status: ref(ResourceQuotaStatus, 'What was last observed; written by the system.', { presence: 'filled' }).optional(),
});
export type ConceptQuota = Infer<typeof ConceptQuota>;

const { quota: _, ...definition } = resourceQuotas;

export const conceptQuotas = defineKind<ConceptQuota>({
  ...definition,
  group: 'skiff.dev',
  version: 'v1',
  storagePrefix: 'skiff.dev/resourcequotas',
  schema: ConceptQuota,
});
