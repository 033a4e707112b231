import { ageColumn, nameColumn } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { LocalObjectReference, ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, listMap, ref, topLevel } from '../../schema/fields.ts';
import { TokenRequest } from '../authentication/token-request.ts';

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

const MOUNTABLE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';

/** A service account has no rules of its own beyond its name and metadata. */
const serviceAccountStrategy: Strategy<ServiceAccount> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  warnings: ({ metadata }) =>
    metadata?.annotations?.[MOUNTABLE_SECRETS] === undefined
      ? []
      : [`metadata.annotations[${MOUNTABLE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`],
};

export const serviceAccounts = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  shortNames: ['sa'],
  schema: ServiceAccount,
  columns: [nameColumn, ageColumn],
  subresources: [{ name: 'token', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', schema: TokenRequest }],
  strategy: serviceAccountStrategy,
  deletion: { returnsObject: true },
});
