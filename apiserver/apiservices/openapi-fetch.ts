import { createHash } from 'node:crypto';
import type { AskBackend } from './backend-request.ts';
import type { Claim } from './claims.ts';
import { convertToV3 } from './openapi-conversion.ts';
import type { FetchedOpenApi, OpenApiV2 } from './remote-openapi.ts';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiFetch {
  /** Reads OpenAPI of a claim's server; returns `before` if it is the same. @throws Error if the server does not answer well. */
  of(claim: Claim, before: FetchedOpenApi | undefined): Promise<FetchedOpenApi>;
}

const READER = { name: 'system:aggregator', groups: [] };
const LIMIT_MS = 60_000;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const records = (value: unknown): Record<string, Json> =>
  Object.fromEntries(Object.entries(isRecord(value) ? value : {}).filter((entry): entry is [string, Json] => isRecord(entry[1])));
const digest = (text: string): string => createHash('sha512').update(text).digest('hex').toUpperCase();

function indexed(index: string): FetchedOpenApi['v3'] {
  const parsed: unknown = JSON.parse(index);
  const paths = records(isRecord(parsed) ? parsed.paths : undefined);
  return new Map(
    Object.entries(paths).map(([key, { serverRelativeURL }]) => [
      key,
      { serverRelativeURL: typeof serverRelativeURL === 'string' ? serverRelativeURL : `/openapi/v3/${key}` },
    ]),
  );
}

/** The one document of OpenAPI v3 of a server that has OpenAPI v2 alone. */
function converted({ group, version }: Claim, document: OpenApiV2): FetchedOpenApi['v3'] {
  const key = `apis/${group}/${version}`;
  const text = JSON.stringify(convertToV3(document));
  return new Map([[key, { serverRelativeURL: `/openapi/v3/${key}?hash=${digest(text)}`, document: text }]]);
}

export function createOpenApiFetch(ask: AskBackend): OpenApiFetch {
  async function v2Of(claim: Claim, before: FetchedOpenApi['v2']): Promise<FetchedOpenApi['v2']> {
    const headers = { accept: 'application/json', ...(before ? { 'if-none-match': before.etag } : {}) };
    const { status, headers: answered, body } = await ask(claim, { path: '/openapi/v2', user: READER, headers, limitMs: LIMIT_MS });
    if (status === 304 && before) return before;
    // A server need not have any.
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`failed to retrieve openAPI spec, http error: ${status}`);
    const etag = answered.etag ?? `"${digest(body.toString())}"`;
    if (etag === before?.etag) return before;
    const parsed: unknown = JSON.parse(body.toString());
    return {
      etag,
      document: {
        paths: records(isRecord(parsed) ? parsed.paths : undefined),
        definitions: records(isRecord(parsed) ? parsed.definitions : undefined),
      },
    };
  }

  async function indexOf(claim: Claim): Promise<string | undefined> {
    const { status, body } = await ask(claim, { path: '/openapi/v3', user: READER, limitMs: LIMIT_MS });
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`the list of OpenAPI v3 documents was answered with ${status}`);
    return body.toString();
  }

  return {
    async of(claim, before) {
      const [index, v2] = await Promise.all([indexOf(claim), v2Of(claim, before?.v2)]);
      if (before && v2 === before.v2 && (index ?? '') === before.index) return before;
      const v3 = index === undefined ? (v2 ? converted(claim, v2.document) : new Map()) : indexed(index);
      return { v3, index: index ?? '', v2 };
    },
  };
}
