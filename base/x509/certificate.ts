/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** The subject of a certificate: CN is the user, each O a group (Kubernetes' X.509 authentication). */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

export interface SubjectAltNames {
  readonly names: readonly string[];
  readonly ips: readonly string[];
}

export interface IssueOptions {
  /** Milliseconds since the epoch from which the certificate holds. */
  readonly now: number;
  /** Life in milliseconds; default 365 days, as kubeadm issues. */
  readonly lifeMs?: number;
}

/** A name that a certificate holds for beside its subject. */
export interface AltName {
  readonly type: 'dns' | 'ip' | 'email' | 'url';
  readonly value: string;
}

/** The content of a certificate to be signed. */
export interface CertificateTemplate {
  /** DER of the name. */
  readonly subject: ArrayBuffer;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: ArrayBuffer;
  readonly altNames: readonly AltName[];
  /** Usages, as a CertificateSigningRequest names them. */
  readonly usages: readonly string[];
  /** Milliseconds since the epoch; the certificate ends with its authority at the latest. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A PKCS #10 request, read. */
export interface CertificateRequest {
  /** The last common name of the subject; empty if it has none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly altNames: readonly AltName[];
  /** DER. */
  readonly subject: ArrayBuffer;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: ArrayBuffer;
  /** Undefined if the request is signed with the key that it is for, otherwise the fault in the words of Go's crypto/x509. */
  readonly signatureFault: string | undefined;
}
