import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { LocalObjectReference, ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, listMap, ref, topLevel } from '../../schema/fields.ts';
import { TokenRequest } from '../authentication/token-request.ts';
import { serviceAccountColumns } from './object-columns.ts';
import { serviceAccountStrategy } from './service-account-strategy.ts';

export const ServiceAccount = topLevel('ServiceAccount', 'An identity for processes in pods.', {
  automountServiceAccountToken: boolean('Whether pods get a token, unless they say otherwise.', { presence: 'pointer' }).tag(4).optional(),
  imagePullSecrets: atomicList(LocalObjectReference, 'Secrets to pull images with, for pods of the account.').tag(3).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  secrets: listMap(ObjectReference, ['name'], 'Secrets that pods of the account may use.').tag(2).optional(),
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
  columns: serviceAccountColumns,
  subresources: [{ name: 'token', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', schema: TokenRequest }],
  strategy: serviceAccountStrategy,
});
