import type { KindGroup } from '../../definition/group.ts';
import { selfSubjectRulesReviews } from './rules-review.ts';
import { localSubjectAccessReviews, selfSubjectAccessReviews, subjectAccessReviews } from './subject-access-review.ts';

export const authorizationGroup: KindGroup = {
  name: 'authorization.k8s.io',
  rank: 17600,
  kinds: [subjectAccessReviews, selfSubjectAccessReviews, localSubjectAccessReviews, selfSubjectRulesReviews],
};

export { SelfSubjectRulesReview, selfSubjectRulesReviews } from './rules-review.ts';
export {
  LocalSubjectAccessReview,
  localSubjectAccessReviews,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  selfSubjectAccessReviews,
  subjectAccessReviews,
} from './subject-access-review.ts';
