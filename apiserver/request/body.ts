import { isUtf8 } from 'node:buffer';
import { strictProblems } from '../../api/definition/codec.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import { mayHaveLoneSurrogates, parseExactJson, wellFormedJson } from '../../base/exact-json.ts';
import { goSyntaxProblem } from '../../base/go-json-syntax.ts';
import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';
import type { DecodedYaml } from '../../base/yaml/decode.ts';
import { decodeYaml } from '../../base/yaml/decode.ts';
import { YamlError } from '../../base/yaml/scalar.ts';
import type { ApiRequest } from '../contract/request.ts';
import { tooLargeForStore } from '../storage/store-status.ts';
import { decodedAhead, MAX_DEPTH, mediaTypeOf } from './decode-ahead.ts';
import { keyFaults } from './key-faults.ts';
import type { ExpectedType } from './protobuf/envelope.ts';
import { badProtobuf, decodeProtobuf, PROTOBUF } from './protobuf/envelope.ts';

/** Upstream's limit on a request's body (k8s.io/apiserver, MaxRequestBodyBytes). */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

export interface DecodedBody {
  readonly value: unknown;
  /**
   * Words the keys that stand twice in one object, which can be seen in the text only, and the unknown fields that are given: of JSON in the
   * order of the text, of YAML after the others. Undefined for a body that was no text.
   */
  readonly faults?: (unknownFields: readonly string[]) => Steps<string[]>;
}

export const bodyTooLarge = () => new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);

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
      return { value: parseProtobuf(body.bytes, expected) };
    default:
      throw new StatusError('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${SUPPORTED}`);
  }
}

/** @throws StatusError 400, 415 */
function parseProtobuf(bytes: Buffer, expected: ExpectedType | undefined): Record<string, unknown> {
  const ahead = decodedAhead(bytes);
  if (ahead?.kind !== 'protobuf') return decodeProtobuf(bytes, expected);
  const { type, outcome } = ahead.reading;
  if ('refusal' in outcome) throw outcome.refusal;
  if ('fault' in outcome) throw badProtobuf(outcome.fault, bytes, type, expected);
  return outcome.object;
}

const notJson = (why: string): StatusError => errors.badRequest(`error decoding the body: it is not valid JSON: ${why}`);

const tooDeep = (): StatusError => errors.badRequest(`error decoding the body: exceeded max depth of ${MAX_DEPTH}`);

/** Parses JSON; bytes that are no UTF-8 become U+FFFD, as in Go. @throws StatusError 400, or the error that `refusal` makes of Go's words. */
export function parseJson(bytes: Buffer, refusal = notJson): DecodedBody {
  const ahead = decodedAhead(bytes);
  if (ahead?.kind === 'json') return fromJson(ahead.value, ahead.text);
  if (ahead?.kind === 'not json') throw refusal(ahead.problem);
  if (ahead?.kind === 'too deep') throw tooDeep();
  if (ahead?.kind === 'too large') throw tooLargeForStore();
  const text = bytes.toString('utf8');
  checkDepth(text);
  try {
    return fromJson(jsonOf(text), text);
  } catch {
    throw refusal(finished(goSyntaxProblem(text)));
  }
}

function jsonOf(text: string): unknown {
  const value = parseExactJson(text);
  return mayHaveLoneSurrogates(text) ? wellFormedJson(value) : value;
}

const fromJson = (value: unknown, text: string): DecodedBody => ({ value, faults: (unknownFields) => faultsOfJson(text, unknownFields) });

function* faultsOfJson(text: string, unknownFields: readonly string[]): Steps<string[]> {
  const paths = yield* keyFaults(text, new Set(unknownFields));
  return paths.map(({ path, isDuplicate }) => `${isDuplicate ? 'duplicate' : 'unknown'} field ${JSON.stringify(path)}`);
}

/** Reads a YAML text as JSON, which is far quicker: most clients send it so. Returns undefined if it is none, as other flow mappings. */
function asJson(text: string): DecodedBody | undefined {
  checkDepth(text);
  try {
    return fromJson(jsonOf(text), text);
  } catch {
    return undefined;
  }
}

const fromYaml = ({ value, doubled }: DecodedYaml): DecodedBody => ({ value, faults: (unknownFields) => faultsOfYaml(doubled, unknownFields) });

function* faultsOfYaml(doubled: () => string[], unknownFields: readonly string[]): Steps<string[]> {
  yield;
  return [...oneSentence(doubled()), ...strictProblems(unknownFields)];
}

const notYaml = (why: YamlError | string) =>
  errors.badRequest(`error decoding the body: it is not valid YAML: ${typeof why === 'string' ? why : `yaml: ${why.message}`}`);

/** Parses the first YAML document. @throws StatusError 400 */
export function parseYaml(bytes: Buffer): DecodedBody {
  const ahead = decodedAhead(bytes);
  if (ahead?.kind === 'yaml') return fromYaml(ahead.document);
  if (ahead?.kind === 'json') return fromJson(ahead.value, ahead.text);
  if (ahead?.kind === 'not yaml') throw notYaml(ahead.error);
  if (ahead?.kind === 'too deep') throw tooDeep();
  if (ahead?.kind === 'too large') throw tooLargeForStore();
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

/** Returns upstream's sentence about keys that stand twice in a text that was read as YAML; undefined if there are none. */
export const doubledInYaml = (document: DecodedYaml): string | undefined => oneSentence(document.doubled())[0];

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
    else if (OPENS.has(char) && ++depth > MAX_DEPTH) throw tooDeep();
    else if (CLOSES.has(char)) depth--;
  }
}
