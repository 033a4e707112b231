import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { CacheItem } from '../storage/cache/cache-item.ts';
import type { Registry, Resource } from '../storage/registry.ts';
import type { WatchPlan } from '../verbs/watch.ts';
import type { AdmissionPlugin } from './admission.ts';
import type { ApiRequest, ApiResponse, UserInfo } from './request.ts';
import type { ResourceRequestInfo } from './request-info.ts';

/** What all requests share. */
export interface Core {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly admission: readonly AdmissionPlugin[];
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
  /** The item that a write goes over, once the verb has found it; for observers. */
  previous?: CacheItem;
  /** Remarks of admission plugins for audit. */
  annotations?: Readonly<Record<string, string>>;
}

/** What a verb answers, before it is encoded: in-process clients take the objects as they are. */
export type Result = ObjectResult | ListResult | WatchResult | RawResult;

export interface ObjectResult {
  readonly type: 'object';
  readonly status: number;
  readonly object: KubeObject;
  readonly text: () => string;
  /** Undefined for what is no object of a served kind (a Status, a Scale). */
  readonly kind: KindDefinition | undefined;
}

export interface ListResult {
  readonly type: 'list';
  readonly resource: Resource;
  readonly items: readonly CacheItem[];
  readonly revision: number;
  readonly continue: string;
  readonly remaining: number | undefined;
}

export interface WatchResult {
  readonly type: 'watch';
  readonly plan: WatchPlan;
  /** To be called when an in-process watch is over. */
  readonly ended?: () => void;
}

export interface RawResult {
  readonly type: 'raw';
  readonly response: ApiResponse;
}

/** An item of the cache, in the form that was asked for. */
export function itemResult(resource: Resource, item: CacheItem, status = 200): ObjectResult {
  const served = resource.served(item);
  return { type: 'object', status, object: served.object, text: () => served.text, kind: resource.kind };
}

export const objectResult = (object: KubeObject, status = 200, kind?: KindDefinition): ObjectResult => ({
  type: 'object',
  status,
  object,
  text: () => JSON.stringify(object),
  kind,
});
