import type { KindDefinition, Verb } from '../../api/definition/kind.ts';
import { apiVersionOf, isWholeObject } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { metadataOf } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { isLong } from '../../base/json/long-values.ts';
import { inTurns } from '../../base/steps.ts';
import { entriesOfNew, entriesOfNewSteps, managerName } from '../apply/tracking.ts';
import type { Call, Core, Result } from '../contract/call.ts';
import type { ComputedCollection } from '../contract/computed-collection.ts';
import type { ResourceRequestInfo } from '../contract/request-info.ts';
import type { Resource } from '../contract/resource.ts';
import type { Exchange, Stage } from '../contract/stage.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { SubresourceHandler } from '../contract/subresource.ts';
import { decodeBody } from '../request/body.ts';
import { decodeAhead, hasLongBody } from '../request/decode-ahead.ts';
import { deleteParametersOf } from '../request/options.ts';
import type { ExpectedType } from '../request/protobuf/envelope.ts';
import { admissionOf } from '../verbs/admission.ts';
import { readComputed } from '../verbs/computed.ts';
import { create } from '../verbs/create.ts';
import { remove, removeObject } from '../verbs/delete.ts';
import { removeCollection } from '../verbs/delete-collection.ts';
import { get } from '../verbs/get.ts';
import { list } from '../verbs/list.ts';
import { patch } from '../verbs/patch.ts';
import { scale } from '../verbs/scale.ts';
import { update } from '../verbs/update.ts';
import { watch } from '../verbs/watch.ts';
import { methodNotAllowed, noSuchPage, pathNotFound } from './refusals.ts';

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

export interface DispatchOptions {
  readonly core: Core;
  readonly storage: StorageAccess;
  readonly subresources: readonly SubresourceHandler[];
  /** The kinds that are not stored. Default: none. */
  readonly collections?: readonly ComputedCollection[];
}

/** Looks the resource up and hands the request to its verb or subresource. @throws StatusError 404, 405 and whatever the verb throws. */
export function dispatch({ core, storage, subresources, collections = [] }: DispatchOptions): Stage {
  const own = ownAnswers(subresources, collections);
  return {
    name: 'dispatch',
    handle(exchange) {
      const { request, info, user, warnings } = exchange;
      if (!info.isResource || !user) throw pathNotFound();
      const resource = core.registry.find(info.group, info.version, info.plural);
      if (!resource) return notServed(exchange, info, core);
      if (resource.kind.deprecation !== undefined) warnings.push(resource.kind.deprecation);
      const call: Call = { core, request, info, resource, user, warnings };
      exchange.call = call;
      const { collection, handlers } = own(resource.kind);
      if (collection && info.subresource === '') return read(collection, call);
      const handler = handlers.get(info.subresource);
      const answer = () => (handler && (handler.verbs?.includes(info.verb) ?? true) ? handled(handler, exchange, call, storage) : serve(call));
      // A proxied body is its target's.
      const decoding = hasLongBody(request) && info.subresource !== 'proxy' ? decodeAhead(request, typeExpected(info, resource.kind)) : undefined;
      return decoding ? decoding.then(answer) : answer();
    },
  };
}

/** The type of a body that does not name it. Subresources and deletions are sent other kinds than the resource's. */
const typeExpected = ({ subresource, verb }: ResourceRequestInfo, kind: KindDefinition): ExpectedType | undefined =>
  subresource === '' && (verb === 'create' || verb === 'update') ? { apiVersion: apiVersionOf(kind), kind: kind.kind } : undefined;

/** The answers that a kind gives by itself, past the verbs. */
interface OwnAnswers {
  readonly collection: ComputedCollection | undefined;
  /** By the name of the subresource; the object itself has none. */
  readonly handlers: ReadonlyMap<string, SubresourceHandler>;
}

/** Returns a look-up of what a kind answers itself. It is gathered once a kind: a request costs no joined name. */
function ownAnswers(subresources: readonly SubresourceHandler[], collections: readonly ComputedCollection[]): (kind: KindDefinition) => OwnAnswers {
  const gathered = new WeakMap<KindDefinition, OwnAnswers>();
  return (kind) => {
    const found = gathered.get(kind);
    if (found) return found;
    const isOf = ({ group, plural }: { readonly group: string; readonly plural: string }) => group === kind.group && plural === kind.plural;
    const answers = {
      collection: collections.find(isOf),
      handlers: new Map(subresources.filter(isOf).map((handler) => [handler.subresource, handler])),
    };
    gathered.set(kind, answers);
    return answers;
  };
}

/** The answer where there is no such resource. Clients from the network get upstream's plain text unless the group is one of its own. */
async function notServed({ form }: Exchange, { group }: ResourceRequestInfo, { registry }: Core): Promise<Result> {
  const isKnown = registry.kinds.some((kind) => !kind.structural && kind.group === group);
  if (form === undefined || isKnown) throw pathNotFound();
  return noSuchPage();
}

/** Reads objects that are not stored. Upstream refuses to watch them by their name, and takes other verbs for unknown ones. */
async function read(collection: ComputedCollection, call: Call): Promise<Result> {
  const { resource, info } = call;
  if (info.verb === 'watch') throw errors.methodNotAllowed(resource.name, info.verb);
  supported(resource, info);
  return readComputed(call, collection);
}

function serve(call: Call): Promise<Result> {
  const { info, resource } = call;
  if (info.subresource === '') return VERBS[supported(resource, info)](call);
  const subresource = resource.kind.subresources.find(({ name }) => name === info.subresource);
  if (!subresource) throw pathNotFound();
  if (!subresource.verbs.includes(info.verb)) throw methodNotAllowed();
  if (info.subresource === 'scale') return scale(call);
  if (isWholeObject(subresource)) return VERBS[info.verb](call);
  throw pathNotFound();
}

/** The verb, if the resource has it there: objects of a namespace are created in one, and listed across all of them. */
function supported(resource: Resource, { verb, namespace, name }: ResourceRequestInfo): Verb {
  const { kind } = resource;
  if (!kind.verbs.includes(verb)) throw methodNotAllowed();
  if (kind.namespaced ? namespace === '' && (name !== '' || verb === 'create' || verb === 'deletecollection') : namespace !== '') {
    throw kind.namespaced && name === '' ? methodNotAllowed() : pathNotFound();
  }
  if (name === '' ? verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete' : verb === 'create') throw methodNotAllowed();
  return verb;
}

const NO_QUERY = new URLSearchParams();

async function handled(handler: SubresourceHandler, exchange: Exchange, call: Call, storage: StorageAccess): Promise<Result> {
  const { info, resource, request, user } = call;
  if (info.subresource === '' && !resource.kind.verbs.includes(info.verb)) throw methodNotAllowed();
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
    warnings: call.warnings,
    annotate: (key, value) => exchange.annotate(key, value),
    body: () => decodeBody(request)?.value,
    storage,
    async admit({ verb, object, old }) {
      const admission = admissionOf(call, { verb, key, dryRun });
      const admitted = await admission.admit(object, old);
      if (object && admitted && admitted !== object) overwrite(object, admitted);
      await admission.validate(object);
      admission.settle(true);
    },
    async track(kind, object) {
      const manager = managerName(request.query.get('fieldManager') ?? '', request.headers['user-agent']);
      const now = call.core.clock.now();
      metadataOf(object).managedFields = isLong(object)
        ? await inTurns(entriesOfNewSteps(kind, object, manager, info.subresource, now))
        : entriesOfNew(kind, object, manager, info.subresource, now);
    },
    async remove(options) {
      await removeObject(call, key.namespace, key.name, deleteParametersOf(NO_QUERY, options));
    },
  });
  return { type: 'raw', response };
}

/** Makes an object the same as another one: the handler keeps the object that it asked admission about. */
function overwrite(object: KubeObject, next: KubeObject): void {
  for (const key of Object.keys(object)) if (!Object.hasOwn(next, key)) Reflect.deleteProperty(object, key);
  Object.assign(object, next);
}
