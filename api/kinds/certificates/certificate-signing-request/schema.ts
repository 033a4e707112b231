import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, bytes, int32, list, listMap, map, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';

/** Usages that a request may name, sorted (k8s.io/api/certificates/v1, KeyUsage). */
export const KEY_USAGES: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

export const CertificateSigningRequestSpec = struct('CertificateSigningRequestSpec', 'The certificate that is wanted, and by whom.', {
  expirationSeconds: int32('Life that is asked for, at least 600 s; the signer may grant less.', { presence: 'pointer' }).tag(8).optional(),
  extra: map(list(string(), undefined, { goType: 'ExtraValue' }), 'Further attributes of the user; set by the server.')
    .tag(6)
    .optional(),
  groups: atomicList(string(), 'Groups of the user; set by the server.').tag(4).optional(),
  request: bytes('PKCS #10 request in PEM.', { presence: 'pointer' }).tag(1),
  signerName: string('Signer that is asked, as DOMAIN/NAME.').tag(7),
  uid: string('UID of the user; set by the server.').tag(3).optional(),
  usages: atomicList(string(undefined, { goType: 'KeyUsage', enum: KEY_USAGES }), 'Usages that the certificate should have.')
    .tag(5)
    .optional(),
  username: string('User who created the request; set by the server.').tag(2).optional(),
});
export type CertificateSigningRequestSpec = Infer<typeof CertificateSigningRequestSpec>;

export const CertificateSigningRequestCondition = struct('CertificateSigningRequestCondition', 'One decision about a request.', {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(5).optional(),
  lastUpdateTime: time('When the condition was last written.', { presence: 'null' }).tag(4).optional(),
  message: string('Explanation for people.').tag(3).optional(),
  reason: string('CamelCase word for the decision.').tag(2).optional(),
  status: string('True; False or Unknown for conditions beside Approved, Denied and Failed.', { goType: 'ConditionStatus' }).tag(6),
  type: string('Approved, Denied, Failed, or a name of its own.', { goType: 'RequestConditionType' }).tag(1),
});
export type CertificateSigningRequestCondition = Infer<typeof CertificateSigningRequestCondition>;

export const CertificateSigningRequestStatus = struct('CertificateSigningRequestStatus', 'Decisions about a request, and its certificate.', {
  certificate: bytes('Certificate in PEM, with those that lead to its root; written by the signer.').tag(2).optional(),
  conditions: listMap(CertificateSigningRequestCondition, ['type'], 'Decisions, one of each type.', { patch: false }).tag(1).optional(),
});
export type CertificateSigningRequestStatus = Infer<typeof CertificateSigningRequestStatus>;

export const CertificateSigningRequest = topLevel(
  'CertificateSigningRequest',
  'A request for a certificate, which somebody approves and a signer signs.',
  {
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    spec: ref(CertificateSigningRequestSpec, 'What is asked for; never changes.').tag(2),
    status: ref(CertificateSigningRequestStatus, 'What became of it.', { presence: 'filled' }).tag(3).optional(),
  },
);
export type CertificateSigningRequest = Infer<typeof CertificateSigningRequest>;
