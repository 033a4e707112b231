import type { CertificateTemplate, IssueOptions, KeyPair, Subject, SubjectAltNames } from './certificate.ts';
import { x509Aside } from './x509-process.ts';

/** Makes a self-signed certificate authority: ECDSA P-256; default life ten years. */
export const createCertificateAuthority = (commonName: string, options: IssueOptions): Promise<KeyPair> =>
  x509Aside('createAuthority', commonName, options);

/** Issues a client certificate with a new key: CN is the user name, the organizations its groups. */
export const issueClientCertificate = (ca: KeyPair, subject: Subject, options: IssueOptions): Promise<KeyPair> =>
  x509Aside('issue', ca, subject, 'client auth', undefined, options);

/** Issues a serving certificate with a new key for the given DNS names and addresses. */
export const issueServingCertificate = (ca: KeyPair, subject: Subject, sans: SubjectAltNames, options: IssueOptions): Promise<KeyPair> =>
  x509Aside('issue', ca, subject, 'server auth', sans, options);

/**
 * Signs a certificate, PEM. It is never one of an authority.
 * @throws Error for an unknown usage, or if the authority's key cannot sign.
 */
export const signCertificate = (ca: KeyPair, template: CertificateTemplate): Promise<string> => x509Aside('sign', ca, template);
