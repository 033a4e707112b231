import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, list, map, ref, string, struct, topLevel } from '../../schema/fields.ts';

export const UserInfo = struct('UserInfo', 'A user.', {
  extra: map(list(string()), 'What else the authenticator said of the user.').tag(4).optional(),
  groups: atomicList(string(), 'Groups that the user belongs to.').tag(3).optional(),
  uid: string('Identifier of the user that is never given to another.').tag(2).optional(),
  username: string('Name of the user.').tag(1).optional(),
});
export type UserInfo = Infer<typeof UserInfo>;

export const TokenReviewSpec = struct('TokenReviewSpec', 'The token in question.', {
  audiences: atomicList(string(), 'Audiences that the asker belongs to.').tag(2).optional(),
  token: string('The token, as it came.', { presence: 'value' }).tag(1),
});
export type TokenReviewSpec = Infer<typeof TokenReviewSpec>;

export const TokenReviewStatus = struct('TokenReviewStatus', 'What the token is worth.', {
  audiences: atomicList(string(), 'Those of the asked audiences that the token is for.').tag(4).optional(),
  authenticated: boolean('Whether the token is valid.').tag(1).optional(),
  error: string('Why it could not be checked.').tag(3).optional(),
  user: ref(UserInfo, 'Whose token it is.', { presence: 'filled' }).tag(2).optional(),
});
export type TokenReviewStatus = Infer<typeof TokenReviewStatus>;

export const TokenReview = topLevel('TokenReview', 'Asks whose a token is.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(TokenReviewSpec, 'The token.').tag(2),
  status: ref(TokenReviewStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
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
