import { isUtf8 } from 'node:buffer';
import { StatusError } from '../../api/meta/status-error.ts';
import { goSyntaxProblem } from '../../base/go-json-syntax.ts';
import type { ParseOptions } from '../../base/json/parse-steps.ts';
import { parseSteps, TooDeepError, TooManyMembersError } from '../../base/json/parse-steps.ts';
import { inTurns } from '../../base/steps.ts';
import type { DecodedYaml } from '../../base/yaml/decode.ts';
import { decodeYamlAside } from '../../base/yaml/decode-thread.ts';
import { YamlError } from '../../base/yaml/scalar.ts';
import type { ApiRequest } from '../contract/request.ts';
import type { ExpectedType, ProtobufReading } from './protobuf/envelope.ts';
import { PROTOBUF, readProtobufSteps } from './protobuf/envelope.ts';
import { MAX_ITEMS, MAX_KEYS } from './protobuf/member-limits.ts';

/** The nesting of brackets that is allowed: deeper than any schema, and less deep than recursion over a value bears. */
export const MAX_DEPTH = 1000;

const LIMITS = { maxDepth: MAX_DEPTH, maxKeys: MAX_KEYS, maxItems: MAX_ITEMS } as const satisfies ParseOptions;

/** Bodies of this many bytes can be work for tens of milliseconds (10,000 empty containers), so that others have their turn between its steps. */
export const LONG_BODY_BYTES = 32 * 1024;

/** Whether the steps of a request are to be taken in turns, `nextTurn` between them. */
export const hasLongBody = ({ body }: ApiRequest): boolean => body !== undefined && 'bytes' in body && body.bytes.length >= LONG_BODY_BYTES;

/** The outcome of decoding a body before it is asked for. */
export type Ahead =
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string }
  /** `problem` is in Go's words. */
  | { readonly kind: 'not json'; readonly problem: string }
  | { readonly kind: 'yaml'; readonly document: DecodedYaml }
  | { readonly kind: 'not yaml'; readonly error: YamlError }
  | { readonly kind: 'too deep' }
  /** It holds more than the store takes. */
  | { readonly kind: 'too large' }
  | { readonly kind: 'protobuf'; readonly reading: ProtobufReading };

const ahead = new WeakMap<Buffer, Ahead>();

/** Returns the outcome of `decodeAhead` for a body; undefined if that was not called. */
export const decodedAhead = (bytes: Buffer): Ahead | undefined => ahead.get(bytes);

export const mediaTypeOf = (request: ApiRequest): string => (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * Decodes a long body of JSON or Protobuf in turns, and one of YAML in a thread of its own, for `decodeBody`, `parseJson` and `parseYaml` to
 * find; returns undefined if there is no need. Protobuf that does not name its type is taken for the expected one.
 */
export function decodeAhead(request: ApiRequest, expected?: ExpectedType): Promise<void> | undefined {
  const { body } = request;
  if (!body || !('bytes' in body) || body.bytes.length < LONG_BODY_BYTES || ahead.has(body.bytes)) return undefined;
  const type = mediaTypeOf(request);
  if (type.includes('yaml')) return isUtf8(body.bytes) ? keep(body.bytes, yaml) : undefined;
  if (type === PROTOBUF) return protobuf(body.bytes, expected);
  return type === '' || type.includes('json') ? keep(body.bytes, json) : undefined;
}

async function protobuf(bytes: Buffer, expected: ExpectedType | undefined): Promise<void> {
  try {
    ahead.set(bytes, { kind: 'protobuf', reading: await inTurns(readProtobufSteps(bytes, expected)) });
  } catch (error) {
    // A type that is not known here may be to the one who asks for the body.
    if (!(error instanceof StatusError)) throw error;
  }
}

async function keep(bytes: Buffer, decode: (text: string) => Promise<Ahead>): Promise<void> {
  ahead.set(bytes, await decode(bytes.toString('utf8')));
}

async function json(text: string): Promise<Ahead> {
  try {
    return { kind: 'json', value: await inTurns(parseSteps(text, LIMITS)), text };
  } catch (error) {
    if (error instanceof TooDeepError) return { kind: 'too deep' };
    if (error instanceof TooManyMembersError) return { kind: 'too large' };
    return { kind: 'not json', problem: await inTurns(goSyntaxProblem(text)) };
  }
}

/** Most clients send JSON as YAML, which is read far quicker as such. Other flow mappings begin like it. */
async function yaml(text: string): Promise<Ahead> {
  if (text.startsWith('{')) {
    const read = await json(text);
    if (read.kind !== 'not json') return read;
  }
  try {
    return { kind: 'yaml', document: await decodeYamlAside(text, LIMITS) };
  } catch (error) {
    if (error instanceof TooManyMembersError) return { kind: 'too large' };
    // The thread itself may fail, for want of memory.
    return { kind: 'not yaml', error: error instanceof YamlError ? error : new YamlError('the document takes too much memory to be decoded') };
  }
}
