import type { Verb } from '../../api/definition/kind.ts';

/** The meaning of a path and method (k8s.io/apiserver/pkg/endpoints/request, RequestInfo). */
export type RequestInfo = ResourceRequestInfo | PathRequestInfo;

export interface PathRequestInfo {
  readonly isResource: false;
  /** The lower-case HTTP method. */
  readonly verb: string;
  readonly path: string;
}

export interface ResourceRequestInfo {
  readonly isResource: true;
  readonly verb: Verb;
  readonly method: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
  /** The namespace that access is granted in. A namespace stands within itself, so that a role in it can grant access to it. */
  readonly accessNamespace: string;
  readonly name: string;
  readonly subresource: string;
  /** The path that follows the subresource, without a leading slash: what a proxied request asks of its target. */
  readonly rest: string;
}
