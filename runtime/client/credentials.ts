import type { RequestOptions } from 'node:https';

/** A client certificate and its key, PEM. A new one is a new object. */
export interface ClientIdentity {
  readonly cert: string;
  readonly key: string;
}

/** A server's address and an identity there. Certificates and keys are PEM texts. */
export interface Credentials {
  /** `https://host:port`, with a path if the API is served below one. */
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Returns the current certificate and key, where they are replaced while the client lives; in place of `cert` and `key`. */
  readonly identity?: () => ClientIdentity;
  /** A bearer token, or a function that returns the current one. */
  readonly token?: string | (() => Promise<string>);
  readonly basic?: { readonly username: string; readonly password: string };
  readonly serverName?: string;
  readonly insecure?: boolean;
  /** Adds a plugin's credentials to the options of each request. */
  readonly prepare?: (options: RequestOptions) => Promise<void>;
  /** The namespace to use if none is named. */
  readonly namespace?: string;
}
