import { defineKind } from '../../../definition/kind.ts';
import { certificateSigningRequestColumns } from './columns.ts';
import { approvalRules, certificateSigningRequestStrategy } from './rules.ts';
import { CertificateSigningRequest } from './schema.ts';

export * from './schema.ts';

export const certificateSigningRequests = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  namespaced: false,
  shortNames: ['csr'],
  schema: CertificateSigningRequest,
  columns: certificateSigningRequestColumns,
  strategy: certificateSigningRequestStrategy,
  resetFields: ['spec'],
  subresources: [
    { name: 'approval', verbs: ['get', 'patch', 'update'], rules: approvalRules },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
