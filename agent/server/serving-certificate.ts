/** A certificate and its key, PEM. */
export interface ServingPair {
  readonly cert: string;
  readonly key: string;
}

/** The certificate that the node serves with. It may come late, and is replaced while the node runs. */
export interface ServingCertificate {
  /** Returns undefined as long as there is none: no connection is accepted then. */
  current(): ServingPair | undefined;
  /** Calls back after each replacement. Returns the removal. */
  subscribe(changed: () => void): () => void;
}

/** A certificate that stays as it is. */
export const fixedCertificate = (pair: ServingPair): ServingCertificate => ({ current: () => pair, subscribe: () => () => {} });
