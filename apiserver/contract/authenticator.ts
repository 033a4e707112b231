import type { ApiRequest, UserInfo } from './request.ts';

/** Finds out who asks. Undefined: no credentials it knows, or bad ones; the request is answered 401. */
export interface Authenticator {
  authenticate(request: ApiRequest): UserInfo | undefined | Promise<UserInfo | undefined>;
}
