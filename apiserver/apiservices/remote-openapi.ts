import type { Claim } from './claims.ts';

type Json = Readonly<Record<string, unknown>>;

/** A document of OpenAPI 2.0, as far as it is looked into. */
export interface OpenApiV2 {
  readonly paths: Readonly<Record<string, Json>>;
  readonly definitions: Readonly<Record<string, Json>>;
}

/** OpenAPI of one server. */
export interface FetchedOpenApi {
  /** The documents of OpenAPI v3 by key. */
  readonly v3: ReadonlyMap<string, { readonly serverRelativeURL: string; readonly document?: string }>;
  /** The index that `v3` was read from. */
  readonly index: string;
  readonly v2: { readonly etag: string; readonly document: OpenApiV2 } | undefined;
}

/** A document of another server in OpenAPI v3, under its key below `/openapi/v3/`. */
export interface RemotePath {
  readonly claim: string;
  /** With the hash, as the server gives it. */
  readonly serverRelativeURL: string;
  /** The document, if the server has none of this form and it was made of its OpenAPI v2. */
  readonly document?: string;
}

/** A document of another server in OpenAPI v2, of which the paths of one version are taken. */
export interface RemoteDocument {
  readonly group: string;
  readonly version: string;
  readonly etag: string;
  readonly document: OpenApiV2;
}

/** OpenAPI of other servers. Both are the same objects until something changes. */
export interface RemoteOpenApi {
  readonly paths: ReadonlyMap<string, RemotePath>;
  readonly documents: readonly RemoteDocument[];
  /** Whether a document is that of the version that its server has claimed; others, such as `version`, are of no use to clients of this server. */
  isOwn(key: string, path: RemotePath): boolean;
}

/** The key of a version's own document. */
export const ownKey = (claim: Pick<Claim, 'group' | 'version'> | undefined): string | undefined => claim && `apis/${claim.group}/${claim.version}`;
