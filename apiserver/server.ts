import type { Client } from '../runtime/client/client.ts';
import type { AdmissionMetrics } from './contract/admission.ts';
import type { Authenticator } from './contract/authenticator.ts';
import type { Authorizer } from './contract/authorizer.ts';
import type { Part } from './contract/part.ts';
import type { ApiRequest, ApiResponse, UserInfo } from './contract/request.ts';
import { createLoopback } from './loopback.ts';
import type { Resources } from './resources.ts';
import { createPipeline } from './stages/pipeline.ts';

export interface ApiServerOptions {
  readonly resources: Resources;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly parts: readonly Part[];
  /** Requests from the network wait for it. Default: they do not wait. */
  readonly started?: Promise<void>;
  /** Takes the durations of admission. Default: they are not measured. */
  readonly admissionMetrics?: AdmissionMetrics | undefined;
  /** The names of admission plugins that do not run. Default: all of them run. */
  readonly disabledPlugins?: ReadonlySet<string> | undefined;
}

export interface ApiServer extends Resources {
  /**
   * A client in this process: authorised, admitted and validated as `user`, without HTTP. Its writes are tracked under the name of `component`;
   * left out, it is the last part of the user's name.
   */
  loopback(user: UserInfo, component?: string): Client;
  handle(request: ApiRequest): Promise<ApiResponse>;
}

/** Joins resources and parts into an API server: a function from request to response over a store. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { resources, authenticator, authorizer, parts, started, disabledPlugins, admissionMetrics } = options;
  const { registry, storage, clock, log } = resources;
  const admission = parts.flatMap(({ plugins = [] }) => plugins).filter(({ name }) => !disabledPlugins?.has(name));
  const pipeline = createPipeline({
    core: { registry, clock, log, admission, admissionMetrics },
    storage,
    authenticator,
    authorizer,
    entryStages: parts.flatMap(({ entryStages = [] }) => entryStages),
    stages: parts.flatMap(({ stages = [] }) => stages),
    routes: parts.flatMap(({ routes = [] }) => routes),
    subresources: parts.flatMap(({ subresources = [] }) => subresources),
    collections: parts.flatMap(({ collections = [] }) => collections),
    observers: parts.flatMap(({ observers = [] }) => observers),
    ...(started ? { started } : {}),
  });
  return {
    ...resources,
    loopback: (user, component) => createLoopback(pipeline, user, clock, component),
    handle: (request) => pipeline.handle(request),
  };
}
