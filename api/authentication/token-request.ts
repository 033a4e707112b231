import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int64, list, string, struct, time, topLevel } from '../schema/fields.ts';

export const BoundObjectReference = struct('BoundObjectReference', {
  apiVersion: string().optional(),
  kind: string().optional(),
  name: string().optional(),
  uid: string().optional(),
});
export type BoundObjectReference = Infer<typeof BoundObjectReference>;

export const TokenRequestSpec = struct('TokenRequestSpec', {
  audiences: list(string()).optional(),
  boundObjectRef: BoundObjectReference.optional(),
  expirationSeconds: int64().optional(),
});
export type TokenRequestSpec = Infer<typeof TokenRequestSpec>;

export const TokenRequestStatus = struct('TokenRequestStatus', {
  expirationTimestamp: time().optional(),
  token: string().optional(),
});
export type TokenRequestStatus = Infer<typeof TokenRequestStatus>;

export const TokenRequest = topLevel('TokenRequest', {
  metadata: ObjectMeta.optional(),
  spec: TokenRequestSpec.optional(),
  status: TokenRequestStatus.optional(),
});
export type TokenRequest = Infer<typeof TokenRequest>;
