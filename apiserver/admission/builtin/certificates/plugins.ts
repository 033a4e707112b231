import { certificateSigningRequests } from '../../../../api/kinds/certificates/index.ts';
import { errors } from '../../../../api/meta/status-error.ts';
import { invalid } from '../../../../api/schema/field-error.ts';
import { equalJson } from '../../../../base/json.ts';
import type { CertificateRequest } from '../../../../base/x509/certificate.ts';
import { parseEncodedRequest } from '../../../../base/x509/certificate-request.ts';
import type { AdmissionPlugin } from '../../../contract/admission.ts';
import type { Authorizer } from '../../../contract/authorizer.ts';
import { forbidden, handlesOnly } from '../../admitted.ts';
import { asRequest, isAllowedForSigner, isRequests } from './signers.ts';

/** Lets a request be approved or denied by those who may `approve` for its signer (plugin/pkg/admission/certificates/approval). */
export const certificateApproval = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateApproval',
  handles: (kind, subresource, verb) => isRequests(kind) && subresource === 'approval' && verb === 'update',
  async validate(attributes) {
    const signer = asRequest(attributes.old)?.spec.signerName ?? '';
    if (await isAllowedForSigner(authorizer, attributes.user, 'approve', signer)) return;
    throw forbidden(attributes, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
  },
});

/** Lets a certificate or a failure be written by those who may `sign` for the signer (plugin/pkg/admission/certificates/signing). */
export const certificateSigning = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateSigning',
  handles: (kind, subresource, verb) => isRequests(kind) && subresource === 'status' && verb === 'update',
  async validate(attributes) {
    const [old, request] = [asRequest(attributes.old), asRequest(attributes.object)];
    const written = (one: typeof old) => [one?.status?.certificate ?? '', one?.status?.conditions ?? []];
    if (equalJson(written(old), written(request))) return;
    const signer = old?.spec.signerName ?? '';
    if (await isAllowedForSigner(authorizer, attributes.user, 'sign', signer)) return;
    throw forbidden(attributes, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
  },
});

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

/** Refuses requests to the API server's client signer that ask for the group of all rights (plugin/pkg/admission/certificates/subjectrestriction). */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: handlesOnly(certificateSigningRequests, 'create'),
  async validate(attributes) {
    const request = asRequest(attributes.object);
    if (request?.spec.signerName !== CLIENT_SIGNER) return;
    let parsed: CertificateRequest;
    try {
      parsed = await parseEncodedRequest(request.spec.request);
    } catch (error) {
      throw forbidden(attributes, `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (parsed.organizations.includes(MASTERS)) {
      throw forbidden(attributes, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
    }
  },
};

/** Verifies that whoever made the PKCS #10 request has its key. Part of validation upstream; here it waits for the cryptography. */
export const certificateRequestSignature: AdmissionPlugin = {
  name: 'CertificateRequestSignature',
  handles: handlesOnly(certificateSigningRequests, 'create'),
  async validate(attributes) {
    const request = asRequest(attributes.object);
    if (!request) return;
    const fault = await parseEncodedRequest(request.spec.request).then(
      ({ signatureFault }) => signatureFault,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (fault === undefined) return;
    throw errors.invalid(certificateSigningRequests, request.metadata?.name ?? '', [invalid('spec.request', request.spec.request, fault)]);
  },
};

export const certificatePlugins = (authorizer: Authorizer): readonly AdmissionPlugin[] => [
  certificateApproval(authorizer),
  certificateSigning(authorizer),
  certificateSubjectRestriction,
  certificateRequestSignature,
];
