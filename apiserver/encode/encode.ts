import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { Status } from '../../api/meta/status.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { stringifySteps } from '../../base/json/stringify-steps.ts';
import type { Steps } from '../../base/steps.ts';
import { inParts, inTurns } from '../../base/steps.ts';
import { encodeYaml, YAML_PART_LENGTH, yamlItemParts, yamlParts } from '../../base/yaml/encode.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { ListResult, ObjectResult, Result } from '../contract/call.ts';
import type { Encoding, Form, Media } from '../contract/form.ts';
import type { ApiResponse } from '../contract/request.ts';
import { metaVersion, partialOf, requireMetadataOf } from './partial.ts';
import { listResponse, objectResponse, typedResponse } from './protobuf-responses.ts';
import { columnDefinitionsOf, rowOf } from './table.ts';
import { watchResponse } from './watch-stream.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

const JSON_TYPE = { 'content-type': 'application/json' };
const YAML_TYPE = { 'content-type': 'application/yaml' };

/** Turns the answer of a verb into a response of the form that the client asked for. Long lists in Protobuf take time. */
export function encode(result: Result, encoding: Encoding): ApiResponse | Promise<ApiResponse> {
  switch (result.type) {
    case 'raw':
      return inMedia(result.response, encoding.form.media);
    case 'object':
      return encodeObject(result, encoding);
    case 'list':
      return encodeList(result, encoding);
    case 'watch':
      return watchResponse(result.plan, encoding);
  }
}

function encodeObject(result: ObjectResult, { form, includeObject, clock }: Encoding): ApiResponse | Promise<ApiResponse> {
  const { status, object, kind } = result;
  if (kind) requireMetadataOf('object', form, kind);
  if (form.media === 'protobuf') {
    const typed = kind && form.as !== 'table' ? objectResponse(status, object, kind, form) : typedResponse(status, object);
    if (typed) return typed;
  }
  if (form.as === 'object' || kind === undefined) {
    if (form.media === 'yaml') return yamlResponse(status, object);
    return { status, headers: JSON_TYPE, body: { kind: 'object', object, json: result.text } };
  }
  if (form.as === 'partial') return jsonOrYaml(status, partialOf(object, form), form);
  const rows = markAs([rowOf(kind, object, clock.now(), includeObject, form)], object);
  const resourceVersion = object.metadata?.resourceVersion;
  const metadata = resourceVersion === undefined ? {} : { resourceVersion };
  const table = { kind: 'Table', apiVersion: metaVersion(form), metadata, columnDefinitions: columnDefinitionsOf(kind), rows };
  return jsonOrYaml(status, markAs(table, object), form);
}

/** The length of the parts of a long list: other requests are served between them. */
const PART_LENGTH = 256 * 1024;

function encodeList(result: ListResult, { form, includeObject, clock }: Encoding): ApiResponse | Promise<ApiResponse> {
  const { resource, items, served } = result;
  requireMetadataOf('list', form, resource.stored);
  const metadata = {
    ...(result.revision === undefined ? {} : { resourceVersion: String(result.revision) }),
    ...(result.continue === '' ? {} : { continue: result.continue }),
    ...(result.remaining === undefined || result.remaining === 0 ? {} : { remainingItemCount: result.remaining }),
  };
  if (form.media === 'protobuf') return listResponse(result, metadata, form);
  if (form.media === 'yaml') {
    const itemOf = resource.kind.structural ? (object: object) => object : withoutType;
    const parts = yamlList(`${resource.kind.kind}List`, apiVersionOf(resource.kind), metadata, items, (item) => itemOf(served(item).object));
    return { status: 200, headers: YAML_TYPE, body: { kind: 'text', parts } };
  }
  const now = clock.now();
  switch (form.as) {
    case 'table': {
      const head = JSON.stringify({ kind: 'Table', apiVersion: metaVersion(form), metadata, columnDefinitions: columnDefinitionsOf(resource.kind) });
      return partsResponse(head, 'rows', items, (item) => jsonSteps(rowOf(resource.kind, served(item).object, now, includeObject, form)));
    }
    case 'partial': {
      const head = JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: metaVersion(form), metadata });
      return partsResponse(head, 'items', items, (item) => jsonSteps(partialOf(served(item).object, form)));
    }
    default: {
      const head = JSON.stringify({ kind: `${resource.kind.kind}List`, apiVersion: apiVersionOf(resource.kind), metadata });
      const begin = resource.kind.structural ? '{' : typedBeginOf(resource.kind);
      if (resource.isStoredForm) return itemsResponse(head, items, begin);
      return partsResponse(head, 'items', items, (item) => `{${behind(begin, served(item).text)}`);
    }
  }
}

/** The begin of the texts of a kind: its type. Items of lists go without, as upstream's; those of custom resources have theirs. */
const typedBeginOf = (kind: KindDefinition): string => `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},`;

/** Returns what follows the begin of an item's text, or its first brace if the text begins otherwise. */
const behind = (begin: string, text: string): string => text.slice(text.startsWith(begin) ? begin.length : 1);

const withoutType = ({ kind: _kind, apiVersion: _apiVersion, ...rest }: KubeObject): object => rest;

/** Returns the JSON of an item, of a long one the steps that make it. */
const jsonSteps = (item: object): string | Steps<string> => (isLong(item) ? stringifySteps(item) : JSON.stringify(item));

/** A JSON object whose last field is a long list; made part by part as it is written. */
function partsResponse<T>(head: string, field: string, items: readonly T[], textOf: (item: T) => string | Steps<string>): ApiResponse {
  function* parts(): Generator<string> {
    let part = `${head.slice(0, -1)},"${field}":[`;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (item === undefined) continue;
      const given = textOf(item);
      const text = typeof given === 'string' ? given : yield* inParts(given);
      part += i === 0 ? text : `,${text}`;
      if (part.length >= PART_LENGTH) {
        yield part;
        part = '';
      }
    }
    yield `${part}]}`;
  }
  return { status: 200, headers: JSON_TYPE, body: { kind: 'text', parts: parts() } };
}

/**
 * A list as it stands in the cache: its length is known beforehand, and the items' texts are copied into the parts without being looked at, a
 * brace in place of `itemBegin`. The texts are taken now: what is superseded while the list is on its way is encoded no more.
 */
function itemsResponse(head: string, items: readonly CacheItem[], itemBegin: string): ApiResponse {
  const begin = Buffer.from(`${head.slice(0, -1)},"items":[`);
  const end = Buffer.from(']}');
  const texts = items.map((item) => behind(itemBegin, item.text));
  const sizes = items.map((item, i) => item.size - (item.text.length - (texts[i]?.length ?? 0)));
  const length = sizes.reduce((sum, size) => sum + size + 2, begin.length + end.length) - (items.length > 0 ? 1 : 0);
  function* parts(): Generator<Buffer> {
    let part = Buffer.allocUnsafe(Math.min(length, PART_LENGTH));
    let at = begin.copy(part);
    for (let i = 0; i < texts.length; i++) {
      const [text = '', size = 0] = [texts[i], sizes[i]];
      if (at + size + 2 > part.length) {
        yield part.subarray(0, at);
        part = Buffer.allocUnsafe(Math.max(PART_LENGTH, size + 2));
        at = 0;
      }
      if (i > 0) part[at++] = COMMA;
      part[at++] = BRACE;
      at += size === text.length ? part.write(text, at, 'latin1') : part.write(text, at);
    }
    yield part.subarray(0, at);
    yield end;
  }
  return { status: 200, headers: JSON_TYPE, body: { kind: 'text', parts: parts(), length } };
}

const COMMA = 0x2c;
const BRACE = 0x7b;

/** A list as YAML, its keys in upstream's order; made part by part as it is written. */
function* yamlList<T>(kind: string, apiVersion: string, metadata: object, items: readonly T[], objectOf: (item: T) => unknown): Generator<string> {
  let part = `${encodeYaml({ apiVersion })}${items.length === 0 ? 'items: []\n' : 'items:\n'}`;
  for (const item of items) {
    for (const text of yamlItemParts(objectOf(item))) {
      part += text;
      if (text !== '' && part.length < YAML_PART_LENGTH) continue;
      yield part;
      part = '';
    }
  }
  yield part + encodeYaml({ kind, metadata });
}

export const textResponse = (status: number, text: string, headers: Headers): ApiResponse => ({
  status,
  headers,
  body: { kind: 'text', parts: [text] },
});

const yamlResponse = (status: number, object: unknown, headers: Headers = {}): ApiResponse => ({
  status,
  headers: { ...headers, ...YAML_TYPE },
  body: { kind: 'text', parts: yamlParts(object) },
});

/** Answers an object; the text of a long one is made in turns. */
function jsonOrYaml(status: number, object: object, { media }: Form): ApiResponse | Promise<ApiResponse> {
  if (media === 'yaml') return yamlResponse(status, object);
  if (!isLong(object)) return textResponse(status, JSON.stringify(object), JSON_TYPE);
  return inTurns(stringifySteps(object)).then((text) => textResponse(status, text, JSON_TYPE));
}

/** Any object as JSON. */
export const jsonResponse = (status: number, object: object, headers: Headers = {}): ApiResponse => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: { kind: 'object', object, json: () => JSON.stringify(object) },
});

/** Puts an answer that is one object into another media type; others stay as they are. */
function inMedia(response: ApiResponse, media: Media): ApiResponse {
  const { status, headers, body } = response;
  if (media === 'json' || body.kind !== 'object' || headers['content-type'] !== JSON_TYPE['content-type']) return response;
  if (media === 'yaml') return yamlResponse(status, body.object, headers);
  return typedResponse(status, body.object, headers) ?? response;
}

/** A failure, in a form that the client understands. */
export function statusResponse(status: Status, media: Media = 'json'): ApiResponse {
  const retryAfter = status.details?.retryAfterSeconds;
  return inMedia(jsonResponse(status.code ?? 500, status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }), media);
}
