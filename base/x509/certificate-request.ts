import type { CertificateRequest, Subject, SubjectAltNames } from './certificate.ts';
import { generateKeys, privatePem } from './keys.ts';
import { x509Aside } from './x509-process.ts';

/** Makes a key for a request: PEM, PKCS #8. */
export const createPrivateKeyText = async (): Promise<string> => privatePem((await generateKeys()).privateKey);

/** Makes a request, PEM, for a private key on P-256 (PEM). Its subject and names are what the certificate should have. */
export const createCertificateRequest = (key: string, subject: Subject, sans: SubjectAltNames = { names: [], ips: [] }): Promise<string> =>
  x509Aside('createRequest', key, subject, sans);

/**
 * Reads the first block of a PEM text as a request.
 * @throws Error in upstream's words if it is none.
 */
export const parseCertificateRequest = (pem: string): Promise<CertificateRequest> => x509Aside('parseRequest', pem);

/** Reads a request as a CertificateSigningRequest carries it: a PEM text in base64. @throws Error in upstream's words if it is none. */
export const parseEncodedRequest = (base64: string): Promise<CertificateRequest> => parseCertificateRequest(Buffer.from(base64, 'base64').toString());
