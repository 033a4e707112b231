import { parseAllDocuments } from 'yaml';
import { errors, StatusError } from '../../api/status-error.ts';
import type { ApiRequest } from '../request.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf/envelope.ts';

/** Upstream's limit on a request's body (k8s.io/apiserver, MaxRequestBodyBytes). */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

export interface DecodedBody {
  readonly value: unknown;
  /** The JSON it was parsed from: only there can a doubled key be seen. Undefined for what came as YAML or as an object. */
  readonly text: string | undefined;
}

export const bodyTooLarge = () => new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);

const mediaTypeOf = (request: ApiRequest): string => (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
const SUPPORTED = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/**
 * The body as plain data. Undefined where there is none.
 * @throws StatusError 400 for what is no JSON or YAML, 413 over the limit, 415 for another media type.
 */
export function decodeBody(request: ApiRequest): DecodedBody | undefined {
  const { body } = request;
  if (!body) return undefined;
  if ('object' in body) return { value: body.object, text: undefined };
  if (body.bytes.length === 0) return undefined;
  const type = mediaTypeOf(request);
  switch (type) {
    case '':
    case 'application/json':
      return parseJson(body.bytes.toString('utf8'));
    case 'application/yaml':
    case 'text/yaml':
    case 'application/x-yaml':
      return parseYaml(body.bytes.toString('utf8'));
    case PROTOBUF:
      return { value: decodeProtobuf(body.bytes), text: undefined };
    default:
      throw new StatusError('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${SUPPORTED}`);
  }
}

export function parseJson(text: string): DecodedBody {
  try {
    return { value: JSON.parse(text), text };
  } catch (error) {
    throw errors.badRequest(`error decoding the body: it is not valid JSON: ${error instanceof Error ? error.message : error}`);
  }
}

export function parseYaml(text: string): DecodedBody {
  // JSON is YAML, and what most clients send as such; reading it as JSON is far quicker.
  if (text.startsWith('{')) {
    try {
      return { value: JSON.parse(text), text };
    } catch {
      // A flow mapping of YAML begins so too.
    }
  }
  const documents = parseAllDocuments(text, { uniqueKeys: false, version: '1.1', schema: 'yaml-1.1' });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (!document) return { value: null, text: undefined };
  const [problem] = document.errors;
  if (problem) throw errors.badRequest(`error decoding the body: it is not valid YAML: ${problem.message}`);
  try {
    // By way of JSON: dates, sets and binaries of YAML become what they are in JSON.
    const json = JSON.stringify(document.toJS({ maxAliasCount: 100 }));
    return { value: json === undefined ? null : JSON.parse(json), text: undefined };
  } catch (error) {
    throw errors.badRequest(`error decoding the body: it is not valid YAML: ${error instanceof Error ? error.message : error}`);
  }
}
