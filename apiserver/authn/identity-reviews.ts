import { SelfSubjectReview, selfSubjectReviews } from '../../api/kinds/authentication/self-subject-review.ts';
import { TokenReview, tokenReviews } from '../../api/kinds/authentication/token-review.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import type { UserInfo } from '../contract/request.ts';
import type { SubresourceHandler } from '../contract/subresource.ts';
import type { TokenAuthenticator } from './authenticator.ts';
import { created, decoded } from './review.ts';

const shownUser = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups: [...groups],
  ...(extra ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) } : {}),
});

/** Answers TokenReview (whose is this token?) and SelfSubjectReview (who am I?). */
export function identityReviews(ofToken: TokenAuthenticator, clock: Clock): readonly SubresourceHandler[] {
  return [
    {
      group: tokenReviews.group,
      plural: tokenReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        const review = decoded(TokenReview, request.body(), tokenReviews);
        if (review.spec.token === '') throw errors.badRequest('token is required for TokenReview in authentication');
        const wanted = review.spec.audiences?.length ? review.spec.audiences : undefined;
        const result = await ofToken(review.spec.token, wanted);
        const status = result
          ? { authenticated: true, user: shownUser(result.user), audiences: [...result.audiences] }
          : { user: {}, error: 'the token is unknown, over, or meant for other audiences' };
        return created({ ...review, kind: tokenReviews.kind, apiVersion: 'authentication.k8s.io/v1', status });
      },
    },
    {
      group: selfSubjectReviews.group,
      plural: selfSubjectReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        decoded(SelfSubjectReview, request.body(), selfSubjectReviews);
        return created({
          kind: selfSubjectReviews.kind,
          apiVersion: 'authentication.k8s.io/v1',
          metadata: { creationTimestamp: timeText(clock.now()) },
          status: { userInfo: shownUser(request.user) },
        });
      },
    },
  ];
}
