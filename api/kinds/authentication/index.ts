import type { KindGroup } from '../../definition/group.ts';
import { selfSubjectReviews } from './self-subject-review.ts';
import { tokenReviews } from './token-review.ts';

export const authenticationGroup: KindGroup = {
  name: 'authentication.k8s.io',
  rank: 17700,
  kinds: [tokenReviews, selfSubjectReviews],
};

export { SelfSubjectReview, selfSubjectReviews } from './self-subject-review.ts';
export { TokenRequest } from './token-request.ts';
export { TokenReview, tokenReviews } from './token-review.ts';
