import type { IncomingMessage } from 'node:http';
import type { Registry } from 'prom-client';
import type { Kind } from '../../api/definition/kind.ts';
import { apiVersionOf, pathOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { parseExactJson } from '../../base/exact-json.ts';
import type { Client, ListOptions, ObjectList, Patch, WatchEvent, WriteOptions } from './client.ts';
import type { Credentials } from './credentials.ts';
import type { HttpRequest, Transport } from './http-transport.ts';
import { bodyText, createTransport } from './http-transport.ts';
import { measuredTransport } from './rest-client-metrics.ts';
import { statusErrorOf } from './status-answer.ts';
import { watchEvents } from './watch-events.ts';

export interface HttpsClientOptions extends Credentials {
  /** Appears in the server's log, and is the field manager if none is given. Default `skiff`. */
  readonly userAgent?: string;
  /** Limits the wait for an answer. Default 60 s; 0 for no limit. A watch ends on its own terms. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** Receives the metrics of the requests; clients may share it. */
  readonly registry?: Registry;
}

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const satisfies Record<Patch['type'], string>;

const MAX_RETRIES = 10;

/**
 * Creates a client of any Kubernetes API server over HTTPS.
 *
 * It retries an answer of 429 (the server did nothing) after its Retry-After, and reads whose connection was refused or cut.
 * Every other failure is thrown.
 */
export function createHttpsClient(options: HttpsClientOptions): Client {
  return clientOver(transportOf(options), options);
}

/** The form in which a client asks for objects, as media types; and what it makes of the answers. */
interface ReadForm {
  readonly object?: { readonly accept: string };
  readonly list?: { readonly accept: string };
  readonly of: <T extends KubeObject>(kind: Kind, object: Live<T>) => Live<T>;
}

const WHOLE: ReadForm = { of: (_, object) => object };

const partial = (type: string) => ({ accept: `application/json;as=${type};g=meta.k8s.io;v=v1,application/json` });

/** A server that knows no partial objects sends whole ones: nothing but their metadata is kept. */
const METADATA: ReadForm = {
  object: partial('PartialObjectMetadata'),
  list: partial('PartialObjectMetadataList'),
  of: <T extends KubeObject>(kind: Kind, { metadata }: Live<T>) => ({ apiVersion: apiVersionOf(kind), kind: kind.kind, metadata }) as Live<T>,
};

/**
 * Creates a client that reads, lists and watches the metadata of objects of any kind, known here or not, and nothing else of them.
 * Its writes are those of `createHttpsClient`.
 */
export function createMetadataClient(options: HttpsClientOptions): Client {
  return clientOver(transportOf(options), options, METADATA);
}

/** The user as whom a client acts, with the right to impersonate (`Impersonate-User`). */
export interface ImpersonatedUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** Returns a function that makes clients which act as other users, over one set of connections. */
export function createImpersonatingClients(options: HttpsClientOptions): (user: ImpersonatedUser) => Client {
  const transport = transportOf(options);
  return ({ name, groups }) => {
    const headers = { 'impersonate-user': name, 'impersonate-group': [...groups] };
    return clientOver((request) => transport({ ...request, headers }), options);
  };
}

function transportOf(options: HttpsClientOptions): Transport {
  const plain = createTransport(options, options.userAgent ?? 'skiff', options.clock);
  return options.registry ? measuredTransport(plain, options.server, options.registry) : plain;
}

function clientOver(transport: Transport, { timeoutMs = 60_000, clock = systemClock }: HttpsClientOptions, form = WHOLE): Client {
  const send = <R>(request: Omit<HttpRequest, 'timeoutMs'>): Promise<R> => sendWithRetries(transport, clock, { ...request, timeoutMs }) as Promise<R>;
  const json = JSON.stringify;

  return {
    get: async <T extends KubeObject>(kind: Kind<T>, key: ObjectKey) =>
      form.of(kind, await send<Live<T>>({ method: 'GET', path: pathOf(kind, key.namespace, key.name), headers: form.object })),
    getSubresource: (kind, key, subresource, query = {}) =>
      send({ method: 'GET', path: `${pathOf(kind, key.namespace, key.name, subresource)}${queryOf(query)}` }),
    async list<T extends KubeObject>(kind: Kind<T>, list: ListOptions = {}) {
      const answer = await send<RawList<T>>({ method: 'GET', path: `${pathOf(kind, list.namespace)}${listQuery(list)}`, headers: form.list });
      return objectList(kind, answer, form);
    },
    create: (kind, object, write) =>
      send({
        method: 'POST',
        path: `${pathOf(kind, object.metadata?.namespace)}${writeQuery(write)}`,
        body: json(typed(kind, object)),
      }),
    update: (kind, object, write) =>
      send({
        method: 'PUT',
        path: `${pathOf(kind, object.metadata?.namespace, keyOf(object).name, write?.subresource)}${writeQuery(write)}`,
        // A scale has a type of its own.
        body: json(write?.subresource === 'scale' ? object : typed(kind, object)),
      }),
    patch: (kind, key, patch, write) =>
      send({
        method: 'PATCH',
        path: `${pathOf(kind, key.namespace, key.name, write?.subresource)}${writeQuery(write, patch)}`,
        body: json(patch.type === 'json' ? patch.operations : patch.body),
        contentType: PATCH_TYPES[patch.type],
      }),
    async delete(kind, key, deletion) {
      await send({ method: 'DELETE', path: pathOf(kind, key.namespace, key.name), body: deletion && json(deletionBody(deletion)) });
    },
    async deleteCollection(kind, list = {}, deletion) {
      await send({ method: 'DELETE', path: `${pathOf(kind, list.namespace)}${listQuery(list)}`, body: deletion && json(deletionBody(deletion)) });
    },
    createSubresource: (kind, key, subresource, body) =>
      send({ method: 'POST', path: pathOf(kind, key.namespace, key.name, subresource), body: json(body) }),
    async watch(kind, watch, onEvent, signal) {
      const path = `${pathOf(kind, watch.namespace)}${listQuery({ ...watch, watch: 'true' })}`;
      let response: IncomingMessage;
      try {
        response = await transport({ method: 'GET', path, signal, timeoutMs, longRunning: true, headers: form.object });
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      if (response.statusCode !== 200) throw statusErrorOf(response, await bodyText(response));
      await readEvents(
        kind,
        response,
        (event) => onEvent(event.type === 'BOOKMARK' ? event : { ...event, object: form.of(kind, event.object) }),
        signal,
      );
    },
  };
}

interface RawList<T extends KubeObject> {
  readonly items: Live<T>[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** Fills in the type that items of a list lack, so that an object is the same whether it was listed or read. */
function objectList<T extends KubeObject>(kind: Kind<T>, { items, metadata }: RawList<T>, form: ReadForm): ObjectList<T> {
  const apiVersion = apiVersionOf(kind);
  for (const item of items ?? []) {
    item.apiVersion ??= apiVersion;
    item.kind ??= kind.kind;
  }
  return {
    items: (items ?? []).map((item) => form.of(kind, item)),
    resourceVersion: metadata?.resourceVersion ?? '',
    ...(metadata?.continue && { continue: metadata.continue }),
  };
}

const typed = <T extends KubeObject>(kind: Kind<T>, object: T): T => ({ ...object, apiVersion: apiVersionOf(kind), kind: kind.kind });
const deletionBody = (options: object) => ({ apiVersion: 'v1', kind: 'DeleteOptions', ...options });

function queryOf(entries: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(entries)) if (value !== undefined && value !== false && value !== '') query.set(name, String(value));
  return query.size === 0 ? '' : `?${query}`;
}

function listQuery({ namespace: _, ...rest }: ListOptions & { readonly watch?: 'true' }): string {
  return queryOf(rest);
}

function writeQuery({ fieldManager, dryRun }: WriteOptions = {}, patch?: Patch): string {
  const apply = patch?.type === 'apply';
  return queryOf({
    fieldManager: fieldManager ?? (apply ? 'skiff' : undefined),
    dryRun: dryRun ? 'All' : undefined,
    force: apply ? patch.force : undefined,
  });
}

async function sendWithRetries(transport: Transport, clock: Clock, request: HttpRequest): Promise<unknown> {
  for (let attempt = 0; ; attempt++) {
    let response: IncomingMessage;
    let text: string;
    try {
      response = await transport(request);
      text = await bodyText(response);
    } catch (error) {
      if (request.method !== 'GET' || attempt >= 2 || !isDropped(error)) throw error;
      await sleep(clock, 50 * 4 ** attempt, request.signal);
      continue;
    }
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return text === '' ? {} : parseExactJson(text);
    const retryAfter = Number(response.headers['retry-after']);
    if (status !== 429 || !(retryAfter >= 0) || attempt >= MAX_RETRIES) throw statusErrorOf(response, text);
    await sleep(clock, retryAfter * 1000, request.signal);
  }
}

const DROPPED = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);
const isDropped = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && DROPPED.has(String(error.code));

/** Reads a watch to its end. A cut connection counts as an end: the caller resumes. */
async function readEvents<T extends KubeObject>(
  kind: Kind<T>,
  response: IncomingMessage,
  onEvent: (event: WatchEvent<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  const take = watchEvents(kind, onEvent);
  try {
    for await (const chunk of response) {
      if (signal.aborted) return;
      take(chunk as Buffer);
    }
  } catch (error) {
    if (signal.aborted || isDropped(error)) return;
    throw error;
  }
}
