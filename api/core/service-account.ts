import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, list, topLevel } from '../schema/fields.ts';
import { LocalObjectReference, ObjectReference } from './reference.ts';

export const ServiceAccount = topLevel('ServiceAccount', {
  automountServiceAccountToken: boolean().optional(),
  imagePullSecrets: list(LocalObjectReference).optional(),
  metadata: ObjectMeta.optional(),
  secrets: list(ObjectReference).optional(),
});
export type ServiceAccount = Infer<typeof ServiceAccount>;

export const serviceAccounts = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  shortNames: ['sa'],
  schema: ServiceAccount,
  subresources: [{ name: 'token', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' }],
});
