import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, list, map, string, struct, topLevel } from '../schema/fields.ts';

export const UserInfo = struct('UserInfo', {
  extra: map(list(string())).optional(),
  groups: list(string()).optional(),
  uid: string().optional(),
  username: string().optional(),
});
export type UserInfo = Infer<typeof UserInfo>;

export const TokenReviewSpec = struct('TokenReviewSpec', {
  audiences: list(string()).optional(),
  token: string(),
});
export type TokenReviewSpec = Infer<typeof TokenReviewSpec>;

export const TokenReviewStatus = struct('TokenReviewStatus', {
  audiences: list(string()).optional(),
  authenticated: boolean().optional(),
  error: string().optional(),
  user: UserInfo.optional(),
});
export type TokenReviewStatus = Infer<typeof TokenReviewStatus>;

export const TokenReview = topLevel('TokenReview', {
  metadata: ObjectMeta.optional(),
  spec: TokenReviewSpec,
  status: TokenReviewStatus.optional(),
});
export type TokenReview = Infer<typeof TokenReview>;

export const tokenReviews = defineKind<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
  verbs: ['create'],
  schema: TokenReview,
});
