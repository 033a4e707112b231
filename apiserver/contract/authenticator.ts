import type { ApiRequest, UserInfo } from './request.ts';

/** Identifies the user of a request. Returns undefined if there are no credentials that it knows, or bad ones: the request is answered 401. */
export interface Authenticator {
  authenticate(request: ApiRequest): UserInfo | undefined | Promise<UserInfo | undefined>;
}
