import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, microTime, string, struct, topLevel } from '../schema/fields.ts';

export const LeaseSpec = struct('LeaseSpec', {
  acquireTime: microTime().optional(),
  holderIdentity: string().optional(),
  leaseDurationSeconds: int32().optional(),
  leaseTransitions: int32().optional(),
  preferredHolder: string().optional(),
  renewTime: microTime().optional(),
  strategy: string().optional(),
});
export type LeaseSpec = Infer<typeof LeaseSpec>;

export const Lease = topLevel('Lease', {
  metadata: ObjectMeta.optional(),
  spec: LeaseSpec.optional(),
});
export type Lease = Infer<typeof Lease>;

export const leases = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  schema: Lease,
});
