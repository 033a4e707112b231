import type { Authenticator } from '../contract/authenticator.ts';
import type { Authorizer } from '../contract/authorizer.ts';
import type { Core, Result } from '../contract/call.ts';
import type { ComputedCollection } from '../contract/computed-collection.ts';
import type { RequestObserver } from '../contract/observer.ts';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import type { RouteHandler } from '../contract/route.ts';
import type { Stage } from '../contract/stage.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { SubresourceHandler } from '../contract/subresource.ts';
import { authenticate } from './authenticate.ts';
import { authorize } from './authorize.ts';
import { chainOf } from './chain.ts';
import { deadline } from './deadline.ts';
import { dispatch } from './dispatch.ts';
import { encodeResults } from './encode.ts';
import { exchangeOf } from './exchange.ts';
import { impersonate } from './impersonate.ts';
import { negotiate } from './negotiate.ts';
import { observe } from './observe.ts';
import { observeUser } from './observe-user.ts';
import { readBody } from './read-body.ts';
import { findRoute } from './route.ts';
import { servePath } from './serve-path.ts';
import { startGate } from './start-gate.ts';

export interface PipelineOptions {
  readonly core: Core;
  readonly storage: StorageAccess;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Stand between impersonation and authorisation, for requests from the network. */
  readonly entryStages?: readonly Stage[];
  /** Stand between authorisation and dispatch. */
  readonly stages: readonly Stage[];
  readonly routes: readonly RouteHandler[];
  readonly subresources: readonly SubresourceHandler[];
  readonly collections?: readonly ComputedCollection[];
  readonly observers: readonly RequestObserver[];
  /** Requests from the network wait for it. */
  readonly started?: Promise<void>;
}

/** The stages that every request passes, in order. Those of the network alone are left out for clients in this process. */
export interface Pipeline {
  /** Never rejects: every failure is answered by a Status. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** Serves in-process clients: the answer is not encoded. `request.user` must be set. @throws StatusError. */
  execute(request: ApiRequest): Promise<Result>;
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const { network, loopback } = stagesOf(options);
  const [fromNetwork, fromProcess] = [chainOf(network), chainOf(loopback)];
  return {
    handle: async (request) => responseOf(await fromNetwork(exchangeOf(request))),
    execute: async (request) => fromProcess(exchangeOf(request)),
  };
}

/** The one list of stages; a new concern is a new line. */
export function stagesOf(options: PipelineOptions): { readonly network: readonly Stage[]; readonly loopback: readonly Stage[] } {
  const { core, observers, authorizer, started, entryStages = [] } = options;
  const { clock, log } = core;
  const identifiedBy = (watching: readonly RequestObserver[]) => [
    findRoute(options.routes),
    authenticate(options.authenticator),
    ...observeUser(watching, log),
    impersonate(authorizer),
  ];
  const allowed = authorize(authorizer);
  const inner = [...options.stages, servePath];
  const last = dispatch(options);
  const everywhere = observers.filter(({ loopback }) => loopback);
  return {
    network: [
      ...(observers.length > 0 ? [observe(observers, clock, log)] : []),
      encodeResults(clock, log),
      ...(started ? [startGate(started)] : []),
      deadline,
      ...identifiedBy(observers),
      // Clients in this process are not held back: their work is bounded by their queues, and requests that hold seats may wait for it.
      ...entryStages,
      allowed,
      readBody,
      ...inner,
      negotiate(core.registry),
      last,
    ],
    loopback: [...(everywhere.length > 0 ? [observe(everywhere, clock, log)] : []), ...identifiedBy(everywhere), allowed, ...inner, last],
  };
}

function responseOf(result: Result): ApiResponse {
  if (result.type !== 'raw') throw new Error('the outermost stage of the network did not encode the result');
  return result.response;
}
