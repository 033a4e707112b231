/** A program that gets credentials for images, as a CredentialProviderConfig describes it. */
export interface CredentialProvider {
  /** The program's name in the directory of all of them. */
  readonly name: string;
  /** Patterns of the repositories that it is asked for: `*.example.com:5000/team`. */
  readonly matchImages: readonly string[];
  /** The time for which credentials are kept if the program says nothing, in milliseconds. */
  readonly defaultCacheMs: number;
  /** The version of `credentialprovider.kubelet.k8s.io` that it speaks: `credentialprovider.kubelet.k8s.io/v1`. */
  readonly apiVersion: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Set if the program is given tokens of the pods' service accounts. */
  readonly token: TokenAttributes | undefined;
}

export interface TokenAttributes {
  readonly audience: string;
  /** Whether credentials are kept for one token, or for all pods of the account. */
  readonly cacheType: 'Token' | 'ServiceAccount';
  /** Without: a pod that has no account is asked for without a token. */
  readonly requiresAccount: boolean;
  /** Annotations of the account that the program is given; an account without one of the required ones is not for it. */
  readonly requiredAnnotations: readonly string[];
  readonly optionalAnnotations: readonly string[];
}

export interface CredentialProviders {
  readonly providers: readonly CredentialProvider[];
  /** The directory of the programs. */
  readonly directory: string;
  /** Of the configuration's files: `sha256:…`. */
  readonly hash: string;
}
