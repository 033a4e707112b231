import { X509Certificate } from 'node:crypto';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { CertificateRequest } from '../../../base/x509/certificate.ts';
import { parseEncodedRequest } from '../../../base/x509/certificate-request.ts';

export const hasCondition = ({ status }: CertificateSigningRequest, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type) === true;

/** Whether nobody has approved or denied the request. */
export const isUndecided = (request: CertificateSigningRequest): boolean => !hasCondition(request, 'Approved') && !hasCondition(request, 'Denied');

/** Whether the request is approved: a denial beside an approval outweighs it. */
export const isApproved = (request: CertificateSigningRequest): boolean => hasCondition(request, 'Approved') && !hasCondition(request, 'Denied');

/** Reads the PKCS #10 request within. @throws Error if it is none. */
export const parsed = ({ spec }: CertificateSigningRequest): Promise<CertificateRequest> => parseEncodedRequest(spec.request);

/** Returns when the issued certificate ends, in milliseconds since the epoch; undefined if there is none that can be read. */
export function certificateEnd({ status }: CertificateSigningRequest): number | undefined {
  if (!status?.certificate) return undefined;
  try {
    return new X509Certificate(Buffer.from(status.certificate, 'base64')).validToDate.getTime();
  } catch {
    return undefined;
  }
}
