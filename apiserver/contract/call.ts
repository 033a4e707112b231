import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { AdmissionMetrics, AdmissionPlugin } from './admission.ts';
import type { CacheEvent, CacheItem } from './cache.ts';
import type { ApiRequest, ApiResponse, UserInfo } from './request.ts';
import type { ResourceRequestInfo } from './request-info.ts';
import type { Registry, Resource, ServedForm } from './resource.ts';

/** The parts of a server that all its requests share. */
export interface Core {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly admission: readonly AdmissionPlugin[];
  /** Undefined if the durations of admission are not measured. */
  readonly admissionMetrics?: AdmissionMetrics | undefined;
}

/** A request to a resource on its way through a verb: routed, authenticated, authorised. */
export interface Call {
  readonly core: Core;
  readonly request: ApiRequest;
  readonly info: ResourceRequestInfo;
  readonly resource: Resource;
  readonly user: UserInfo;
  /** Texts for `Warning:` headers. */
  readonly warnings: string[];
  /** The item that a write goes over, once the verb has found it; for observers. Its served form is made. */
  previous?: CacheItem;
  /** Annotations for the audit event of the request, from admission; undefined until there is one. */
  annotations?: Record<string, string>;
  /** Those of them for events of the level Request and above only. */
  requestAnnotations?: Record<string, string>;
}

/** The answer of a verb, before it is encoded: in-process clients take the objects as they are. */
export type Result = ObjectResult | ListResult | WatchResult | RawResult;

export interface ObjectResult {
  readonly type: 'object';
  readonly status: number;
  readonly object: KubeObject;
  readonly text: () => string;
  /** Undefined for an object of no served kind (a Status, a Scale). */
  readonly kind: KindDefinition | undefined;
}

export interface ListResult {
  readonly type: 'list';
  readonly resource: Resource;
  readonly items: readonly CacheItem[];
  /** Returns the form of one of the items that was asked for; the conversion has been made where it takes time. */
  readonly served: (item: CacheItem) => ServedForm;
  /** Undefined for objects that are not stored. */
  readonly revision: number | undefined;
  readonly continue: string;
  readonly remaining: number | undefined;
}

export interface WatchResult {
  readonly type: 'watch';
  readonly plan: WatchPlan;
  /** To be called when an in-process watch is over. */
  readonly ended?: () => void;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** The changes that a watch was asked to deliver. */
export interface WatchPlan {
  readonly resource: Resource;
  /** The state to begin with, as ADDED events. */
  readonly initial: readonly CacheItem[];
  /** Returns the form of an item that was asked for: one of `initial`, or one that a listener is given. */
  readonly served: (item: CacheItem) => ServedForm;
  /** Events after this revision follow. */
  readonly after: number;
  /** Announce the end of the initial state by a bookmark (streaming lists). */
  readonly announceInitial: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
  /** Returns the revision up to which every change has been delivered, for bookmarks. */
  readonly delivered: () => number;
  /** Delivers the changes after the initial state until the returned function is called. @throws StatusError Expired if `after` is no longer remembered. */
  subscribe(listener: WatchListener): () => void;
}

export interface WatchListener {
  readonly change: (type: ChangeType, item: CacheItem, event: CacheEvent) => void;
  /** Called if the watch cannot go on. */
  readonly broken: () => void;
}

export interface RawResult {
  readonly type: 'raw';
  readonly response: ApiResponse;
}
