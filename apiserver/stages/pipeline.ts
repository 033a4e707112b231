import type { Verb } from '../../api/definition/kind.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { Authenticator } from '../contract/authenticator.ts';
import type { AuthorizationAttributes, Authorizer } from '../contract/authorizer.ts';
import type { Call, Core, Result } from '../contract/call.ts';
import type { RequestObserver } from '../contract/observer.ts';
import type { ApiRequest, ApiResponse, UserInfo } from '../contract/request.ts';
import type { RequestInfo, ResourceRequestInfo } from '../contract/request-info.ts';
import type { RouteHandler } from '../contract/route.ts';
import type { SubresourceHandler } from '../contract/subresource.ts';
import { encode, statusResponse, textResponse } from '../encode/encode.ts';
import { formOf } from '../encode/negotiate.ts';
import type { IncludeObject } from '../encode/table.ts';
import { decodeBody } from '../request/body.ts';
import { checkParameters } from '../request/options.ts';
import { isKnownMethod, requestInfoOf } from '../request/request-info.ts';
import { accessTo } from '../storage/direct-access.ts';
import type { Resource } from '../storage/registry.ts';
import { create } from '../verbs/create.ts';
import { remove } from '../verbs/delete.ts';
import { removeCollection } from '../verbs/delete-collection.ts';
import { get } from '../verbs/get.ts';
import { list } from '../verbs/list.ts';
import { patch } from '../verbs/patch.ts';
import { scale } from '../verbs/scale.ts';
import { update } from '../verbs/update.ts';
import { watch } from '../verbs/watch.ts';
import { admissionOf } from '../verbs/writes.ts';
import { whenEnded } from './response-end.ts';

export interface PipelineOptions {
  readonly core: Core;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly routes: readonly RouteHandler[];
  readonly subresources: readonly SubresourceHandler[];
  readonly observer: RequestObserver | undefined;
}

/** The stages every request goes through: route → authenticate → authorise → verb (decode, admit, validate, store) → encode. */
export interface Pipeline {
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** As `handle`, for in-process clients: the answer is not encoded. Throws StatusError. `request.user` must be set. */
  execute(request: ApiRequest): Promise<Result>;
}

const VERBS: Readonly<Record<Verb, (call: Call) => Promise<Result>>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: removeCollection,
};

/** Subresources that are the object itself, with rules of their own for what may be written. */
const WHOLE_OBJECT = new Set(['status', 'finalize', 'ephemeralcontainers', 'resize']);

export function createPipeline(options: PipelineOptions): Pipeline {
  const { core } = options;
  const exact = new Map<string, RouteHandler>();
  const prefixes: { readonly prefix: string; readonly route: RouteHandler }[] = [];
  for (const route of options.routes) {
    if (route.path.endsWith('/*')) prefixes.push({ prefix: route.path.slice(0, -1), route });
    else exact.set(route.path, route);
  }
  prefixes.sort((a, b) => b.prefix.length - a.prefix.length);
  const handlers = new Map(options.subresources.map((handler) => [`${handler.group}/${handler.plural}/${handler.subresource}`, handler]));

  async function authorize(user: UserInfo, info: RequestInfo): Promise<void> {
    const attributes = attributesOf(user, info);
    const pending = options.authorizer.authorize(attributes);
    const decision = pending instanceof Promise ? await pending : pending;
    if (decision.verdict === 'allow') return;
    if (decision.evaluationError) throw errors.internal(decision.evaluationError);
    throw forbidden(attributes, decision.reason);
  }

  async function route(request: ApiRequest, info: RequestInfo, user: UserInfo): Promise<ApiResponse | undefined> {
    const path = request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
    const found = exact.get(path) ?? prefixes.find(({ prefix }) => path.startsWith(prefix))?.route;
    if (!found) return undefined;
    if (!found.open) await authorize(user, info);
    return found.handle(request, user);
  }

  async function callVerb(request: ApiRequest, info: ResourceRequestInfo, user: UserInfo, warnings: string[]): Promise<Result> {
    const resource = core.registry.find(info.group, info.version, info.plural);
    if (!resource) throw pathNotFound();
    await authorize(user, info);
    if (resource.kind.deprecation !== undefined) warnings.push(resource.kind.deprecation);
    const call: Call = { core, request, info, resource, user, warnings };
    const handler = handlers.get(`${info.group}/${info.plural}/${info.subresource}`);
    if (handler && (handler.verbs?.includes(info.verb) ?? true)) return handle(handler, call);
    checkParameters(request.query);
    if (info.subresource === '') return VERBS[supported(resource, info)](call);
    const subresource = resource.kind.subresources.find(({ name }) => name === info.subresource);
    if (!subresource) throw pathNotFound();
    if (!subresource.verbs.includes(info.verb)) throw notAllowed();
    if (info.subresource === 'scale') return scale(call);
    if (WHOLE_OBJECT.has(info.subresource)) return VERBS[info.verb](call);
    throw pathNotFound();
  }

  async function handle(handler: SubresourceHandler, call: Call): Promise<Result> {
    const { info, resource, request, user } = call;
    if (info.subresource === '' && !resource.kind.verbs.includes(info.verb)) throw notAllowed();
    const key = { namespace: info.namespace, name: info.name };
    const dryRun = request.query.getAll('dryRun').includes('All');
    const response = await handler.handle({
      request,
      info,
      user,
      kind: resource.kind,
      key,
      verb: info.verb,
      dryRun,
      body: () => decodeBody(request)?.value,
      storage: accessTo(core),
      async admit({ verb, object, old }) {
        const admission = admissionOf(call, verb, info.subresource, dryRun);
        await admission.admit(object, old, key);
        await admission.validate(object, old, key);
        admission.settle(true);
      },
    });
    return { type: 'raw', response };
  }

  async function respond(request: ApiRequest, info: RequestInfo, warnings: string[]): Promise<ApiResponse> {
    const pending = request.user ?? options.authenticator.authenticate(request);
    const user = pending instanceof Promise ? await pending : pending;
    if (!user) throw errors.unauthorized();
    if (!info.isResource) {
      const response = await route(request, info, user);
      if (response) return response;
      if (request.path.startsWith('/api/') || request.path.startsWith('/apis/')) throw isKnownMethod(request.method) ? pathNotFound() : notAllowed();
      await authorize(user, info);
      return textResponse(404, '404 page not found\n', { 'content-type': 'text/plain; charset=utf-8' });
    }
    const form = formOf(request.headers.accept);
    const result = await callVerb(request, info, user, warnings);
    const response = encode(result, { form, includeObject: includeObjectOf(request.query), clock: core.clock });
    if (warnings.length === 0) return response;
    return { ...response, headers: { ...response.headers, warning: warningHeaders(warnings) } };
  }

  return {
    async handle(request) {
      const { observer } = options;
      const started = core.clock.monotonic();
      const warnings: string[] = [];
      const info = requestInfoOf(request.method, request.path, request.query);
      observer?.started?.(request, info);
      let response: ApiResponse;
      try {
        response = await respond(request, info, warnings);
      } catch (error) {
        response = failure(error, core, request, warnings);
      }
      if (!observer) return response;
      return whenEnded(response, request, () => observer.finished(request, info, response.status, (core.clock.monotonic() - started) / 1000));
    },

    async execute(request) {
      const info = requestInfoOf(request.method, request.path, request.query);
      if (!info.isResource || !request.user) throw pathNotFound();
      return callVerb(request, info, request.user, []);
    },
  };
}

function failure(error: unknown, core: Core, request: ApiRequest, warnings: readonly string[]): ApiResponse {
  if (error instanceof StatusError) {
    const response = statusResponse(error.toStatus());
    return warnings.length === 0 ? response : { ...response, headers: { ...response.headers, warning: warningHeaders(warnings) } };
  }
  core.log.error({ err: error, method: request.method, path: request.path }, 'a request failed unexpectedly');
  return statusResponse(errors.internal(error instanceof Error ? error.message : String(error)).toStatus());
}

/** Each warning once. */
const warningHeaders = (warnings: readonly string[]): string[] => [...new Set(warnings)].map(warningHeader);

/** RFC 7234's form of a warning without a date; quotes and backslashes are escaped. */
const warningHeader = (text: string): string => `299 - "${text.replace(/[\r\n]+/g, ' ').replace(/[\\"]/g, '\\$&')}"`;

const pathNotFound = () => new StatusError('NotFound', 'the server could not find the requested resource', {}, 404);
const notAllowed = () => new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {}, 405);

/** The verb, if the resource has it there: what lives in a namespace is made in one, and seen across all of them. */
function supported(resource: Resource, { verb, namespace, name }: ResourceRequestInfo): Verb {
  const { kind } = resource;
  if (!kind.verbs.includes(verb)) throw notAllowed();
  if (kind.namespaced ? namespace === '' && (name !== '' || verb === 'create' || verb === 'deletecollection') : namespace !== '') {
    throw kind.namespaced && name === '' ? notAllowed() : pathNotFound();
  }
  if (name === '' ? verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete' : verb === 'create') throw notAllowed();
  return verb;
}

function includeObjectOf(query: URLSearchParams): IncludeObject {
  if (query.size === 0) return 'Metadata';
  const value = query.get('includeObject') ?? '';
  switch (value) {
    case '':
    case 'Metadata':
      return 'Metadata';
    case 'None':
    case 'Object':
      return value;
    default:
      throw errors.badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
  }
}

function attributesOf(user: UserInfo, info: RequestInfo): AuthorizationAttributes {
  if (!info.isResource) {
    return {
      user,
      verb: info.verb,
      isResource: false,
      group: '',
      version: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
      path: info.path,
    };
  }
  return {
    user,
    verb: info.verb,
    isResource: true,
    group: info.group,
    version: info.version,
    resource: info.plural,
    subresource: info.subresource,
    namespace: info.accessNamespace,
    name: info.name,
    path: info.path,
  };
}

/** Upstream's sentence for a refusal: who may not do what, and where. */
function forbidden(a: AuthorizationAttributes, reason: string | undefined): StatusError {
  const because = reason ? `: ${reason}` : '';
  if (!a.isResource) {
    return new StatusError(
      'Forbidden',
      `forbidden: User ${JSON.stringify(a.user.name)} cannot ${a.verb} path ${JSON.stringify(a.path)}${because}`,
      {},
    );
  }
  const resource = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`;
  const where = a.namespace === '' ? ' at the cluster scope' : ` in the namespace ${JSON.stringify(a.namespace)}`;
  return errors.forbidden(
    { group: a.group, plural: a.resource, kind: '' },
    a.name,
    `User ${JSON.stringify(a.user.name)} cannot ${a.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)}${where}${because}`,
  );
}
