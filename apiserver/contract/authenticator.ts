import type { ApiRequest, UserInfo } from './request.ts';

/** Takes remarks for the audit event of a request. */
export interface Remarks {
  annotate(key: string, value: string): void;
  /** Texts for `Warning:` headers. */
  readonly warnings: string[];
}

/**
 * Identifies the user of a request. Returns undefined if there are no credentials that it knows, or bad ones: the request is answered 401.
 * Headers that carried credentials are removed from the request, so that nothing behind can pass them on.
 */
export interface Authenticator {
  authenticate(request: ApiRequest, remarks?: Remarks): UserInfo | undefined | Promise<UserInfo | undefined>;
}
