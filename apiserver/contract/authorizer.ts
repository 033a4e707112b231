import type { UserInfo } from './request.ts';

/** What somebody wants to do: the input of an authorisation decision. */
export interface AuthorizationAttributes {
  readonly user: UserInfo;
  /** `get`, `list` …; for paths that are no resources, the lower-case HTTP method. */
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly version: string;
  /** The plural. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why not; appended to the message of the 403. */
  readonly reason?: string;
}

export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): Decision | Promise<Decision>;
}
