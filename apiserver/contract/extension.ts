import type { KindDefinition, Verb } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { StorageAccess } from '../storage/access.ts';
import type { ApiRequest, ApiResponse, UserInfo } from './request.ts';

/** Finds out who asks. Undefined: no credentials it knows, or bad ones; the request is answered 401. */
export interface Authenticator {
  authenticate(request: ApiRequest): UserInfo | undefined | Promise<UserInfo | undefined>;
}

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

/** A write on its way to the store, as admission sees it. */
export interface AdmissionAttributes {
  readonly kind: KindDefinition;
  readonly key: ObjectKey;
  readonly verb: 'create' | 'update' | 'delete' | 'connect';
  /** Empty for the main resource. */
  readonly subresource: string;
  /** The object as it will be stored: decoded and defaulted; `admit` changes it in place. Undefined on delete. */
  readonly object: KubeObject | undefined;
  /** As stored now, on update and delete; immutable. */
  readonly old: Live | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Adds a `Warning:` header to the answer. */
  readonly warn: (text: string) => void;
  /** Calls back once it is known whether the write was committed: for what was reserved in `admit` or `validate`. A dry run is not committed. */
  readonly onSettled: (callback: (committed: boolean) => void) => void;
}

/**
 * Has a say in every write, after authorisation and before validation (`admit`, may change the object) and after it (`validate`, may not).
 * Throws a StatusError to refuse. On update both run again when the write lost a race and is tried anew.
 */
export interface AdmissionPlugin {
  readonly name: string;
  /** Left out: everything. Asked once a kind, subresource and verb. */
  handles?(kind: KindDefinition, subresource: string, verb: AdmissionAttributes['verb']): boolean;
  admit?(attributes: AdmissionAttributes): void | Promise<void>;
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}

/** Serves paths that are no resources: /version, /healthz, discovery, /openapi … */
export interface RouteHandler {
  /** An exact path (`/version`), or with a trailing `/*` everything below (`/openapi/*` does not match `/openapi`). */
  readonly path: string;
  /** Served without authorisation (still authenticated where there are credentials). */
  readonly open?: boolean;
  /** Undefined: there is nothing at this path (404). */
  handle(request: ApiRequest, user: UserInfo): ApiResponse | undefined | Promise<ApiResponse | undefined>;
}

/** A request to a subresource, or to a kind that is not stored, after authorisation. */
export interface SubresourceRequest {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** The parent's kind. */
  readonly kind: KindDefinition;
  readonly key: ObjectKey;
  readonly verb: Verb;
  readonly dryRun: boolean;
  /** The decoded body as plain JSON; undefined where there is none. Throws 400, 413, 415. */
  readonly body: () => unknown;
  /** The stored objects, past authorisation and admission. */
  readonly storage: StorageAccess;
  /** Runs the admission plugins (`connect` for exec and its like). */
  readonly admit: (attributes: Pick<AdmissionAttributes, 'verb' | 'object' | 'old'>) => Promise<void>;
}

/** Serves one subresource of one kind; with an empty `subresource` a kind that is not stored (TokenReview …). */
export interface SubresourceHandler {
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  /** Left out: all verbs. */
  readonly verbs?: readonly Verb[];
  handle(request: SubresourceRequest): Promise<ApiResponse>;
}

/** Hears of every request's end: for metrics and audit. */
export interface RequestObserver {
  started?(request: ApiRequest, info: RequestInfo | undefined): void;
  finished(request: ApiRequest, info: RequestInfo | undefined, code: number, seconds: number): void;
}

/** What the parts around the pipeline add to it. */
export interface Extensions {
  readonly routes: readonly RouteHandler[];
  readonly subresources: readonly SubresourceHandler[];
  readonly admission: readonly AdmissionPlugin[];
  readonly observer?: RequestObserver;
}
