import type { UserInfo } from './request.ts';

/** The action of a user: the input of an authorisation decision. */
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
  /** The requirements of the field selector of a list, watch or deletecollection; all hold. Undefined: it has none. */
  readonly fieldSelector?: readonly FieldRequirement[];
}

export interface FieldRequirement {
  readonly field: string;
  readonly value: string;
  /** Whether the field must have the value, or must not. */
  readonly equal: boolean;
}

/**
 * An authorizer's answer. `deny` ends a chain of authorizers; `no opinion` leaves the decision to the next one, and refuses if there is none.
 */
export interface Decision {
  readonly verdict: 'allow' | 'deny' | 'no opinion';
  /** Appended to the message of the 403; recorded by audit in any case. */
  readonly reason?: string;
  /** An error on the way to the decision, which stands nonetheless. */
  readonly evaluationError?: string;
}

/** Decides on actions and lists rules (k8s.io/apiserver/pkg/authorization/authorizer, Authorizer and RuleResolver). */
export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): Decision | Promise<Decision>;
  /** Begins to follow what decisions depend on; called once, when the server's cache is full. */
  start?(): void;
  /** The rules of a user in a namespace, those of the whole cluster included. */
  rulesFor(user: UserInfo, namespace: string): UserRules | Promise<UserRules>;
}

export interface UserRules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  /** The lists may lack rules: an authorizer failed, or cannot list. */
  readonly incomplete: boolean;
  /** The authorizer denies everything else: rules of later ones do not apply. */
  readonly exclusive?: true;
  readonly evaluationError?: string;
}

export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Default: all names. */
  readonly resourceNames?: readonly string[];
}

export interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}
