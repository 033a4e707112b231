import { isUtf8 } from 'node:buffer';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import { mayHaveLoneSurrogates, parseExactJson, wellFormedJson } from '../../base/exact-json.ts';
import { goSyntaxProblem } from '../../base/go-json-syntax.ts';
import type { DecodedYaml } from '../../base/yaml/decode.ts';
import { decodeYaml } from '../../base/yaml/decode.ts';
import { decodeYamlAside } from '../../base/yaml/decode-thread.ts';
import { YamlError } from '../../base/yaml/scalar.ts';
import type { ApiRequest } from '../contract/request.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import type { ExpectedType } from './protobuf/envelope.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf/envelope.ts';

/** Upstream's limit on a request's body (k8s.io/apiserver, MaxRequestBodyBytes). */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

export interface DecodedBody {
  readonly value: unknown;
  /** Names the keys that stand twice in one object: only in the text can they be seen. Undefined for a body that was no text. */
  readonly doubled?: () => string[];
}

/** The nesting that is allowed: deeper than any schema, and less deep than recursion over a value bears. */
const MAX_DEPTH = 1000;

export const bodyTooLarge = () => new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);

const mediaTypeOf = (request: ApiRequest): string => (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
const SUPPORTED = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/**
 * Decodes the body as plain data; returns undefined if there is none. Protobuf that does not name its type is taken for the expected one.
 * @throws StatusError 400 for text that is no JSON or YAML, 413 over the limit, 415 for another media type.
 */
export function decodeBody(request: ApiRequest, expected?: ExpectedType): DecodedBody | undefined {
  const { body } = request;
  if (!body) return undefined;
  if ('object' in body) return { value: body.object };
  if (body.bytes.length === 0) return undefined;
  const type = mediaTypeOf(request);
  switch (type) {
    case '':
    case 'application/json':
      return parseJson(body.bytes);
    case 'application/yaml':
    case 'text/yaml':
    case 'application/x-yaml':
      return parseYaml(body.bytes);
    case PROTOBUF:
      return { value: decodeProtobuf(body.bytes, expected) };
    default:
      throw new StatusError('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${SUPPORTED}`);
  }
}

const notJson = (why: string): StatusError => errors.badRequest(`error decoding the body: it is not valid JSON: ${why}`);

/** Parses JSON; bytes that are no UTF-8 become U+FFFD, as in Go. @throws StatusError 400, or the error that `refusal` makes of Go's words. */
export function parseJson(bytes: Buffer, refusal = notJson): DecodedBody {
  const text = bytes.toString('utf8');
  checkDepth(text);
  try {
    return fromJson(parseExactJson(text), text);
  } catch {
    throw refusal(goSyntaxProblem(text));
  }
}

const fromJson = (value: unknown, text: string): DecodedBody => ({
  value: mayHaveLoneSurrogates(text) ? wellFormedJson(value) : value,
  doubled: () => duplicateKeys(text).map((path) => `duplicate field ${JSON.stringify(path)}`),
});

/** Reads a YAML text as JSON, which is far quicker: most clients send it so. Returns undefined if it is none, as other flow mappings. */
function asJson(text: string): DecodedBody | undefined {
  checkDepth(text);
  try {
    return fromJson(parseExactJson(text), text);
  } catch {
    return undefined;
  }
}

const fromYaml = ({ value, doubled }: DecodedYaml): DecodedBody => ({ value, doubled: () => oneSentence(doubled()) });

const notYaml = (why: YamlError | string) =>
  errors.badRequest(`error decoding the body: it is not valid YAML: ${typeof why === 'string' ? why : `yaml: ${why.message}`}`);

/** Bodies of this many bytes are work for milliseconds, so that others have their turn between its steps. */
export const LONG_BODY_BYTES = 128 * 1024;

/** Whether the steps of a request are to be taken in turns, `nextTurn` between them. */
export const hasLongBody = ({ body }: ApiRequest): boolean => body !== undefined && 'bytes' in body && body.bytes.length >= LONG_BODY_BYTES;

/** The documents that were decoded aside, by the bytes of their bodies. */
const decodedAside = new WeakMap<Buffer, DecodedBody | YamlError>();

/** Decodes a long body of YAML in a thread of its own, for `decodeBody` and `parseYaml` to find; returns undefined if there is no need. */
export function decodeLongYaml(request: ApiRequest): Promise<void> | undefined {
  const { body } = request;
  if (!body || !('bytes' in body) || body.bytes.length < LONG_BODY_BYTES || !mediaTypeOf(request).includes('yaml')) return undefined;
  const { bytes } = body;
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  const json = text.startsWith('{') ? asJson(text) : undefined;
  if (!json) return decodeAside(bytes, text);
  decodedAside.set(bytes, json);
  return undefined;
}

async function decodeAside(bytes: Buffer, text: string): Promise<void> {
  try {
    decodedAside.set(bytes, fromYaml(await decodeYamlAside(text)));
  } catch (error) {
    // The thread itself may fail, for want of memory.
    decodedAside.set(bytes, error instanceof YamlError ? error : new YamlError('the document takes too much memory to be decoded'));
  }
}

/** Parses the first YAML document. @throws StatusError 400 */
export function parseYaml(bytes: Buffer): DecodedBody {
  const aside = decodedAside.get(bytes);
  if (aside instanceof YamlError) throw notYaml(aside);
  if (aside) return aside;
  if (!isUtf8(bytes)) throw notYaml('it is not UTF-8');
  const text = bytes.toString('utf8');
  const json = text.startsWith('{') ? asJson(text) : undefined;
  if (json) return json;
  try {
    return fromYaml(decodeYaml(text));
  } catch (error) {
    if (error instanceof YamlError) throw notYaml(error);
    throw error;
  }
}

/** Puts the doubled keys into one sentence, as upstream's YAML reader does. */
const oneSentence = (found: readonly string[]): string[] =>
  found.length === 0 ? [] : [`yaml: unmarshal errors:\n${found.map((each) => `  ${each}`).join('\n')}`];

const OPENS = new Set([...'[{'].map((char) => char.charCodeAt(0)));
const CLOSES = new Set([...']}'].map((char) => char.charCodeAt(0)));
const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);

/** @throws StatusError 400 for brackets within brackets beyond the limit, those in double quotes left out. */
function checkDepth(text: string): void {
  if (text.length < 2 * MAX_DEPTH) return;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (quoted && char === BACKSLASH) i++;
    else if (char === QUOTE) quoted = !quoted;
    else if (quoted) continue;
    else if (OPENS.has(char) && ++depth > MAX_DEPTH) throw errors.badRequest(`error decoding the body: exceeded max depth of ${MAX_DEPTH}`);
    else if (CLOSES.has(char)) depth--;
  }
}
