import { selfSubjectReviews } from '../../api/kinds/authentication/self-subject-review.ts';
import { tokenReviews } from '../../api/kinds/authentication/token-review.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import type { UserInfo } from '../contract/request.ts';
import type { SubresourceHandler } from '../contract/subresource.ts';
import type { TokenUnion } from './authenticator.ts';
import { bearerTokenOf } from './bearer-token.ts';
import { created, reviewOf } from './review.ts';
import { aggregateText } from './token-outcome.ts';

const shownUser = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups: [...groups],
  ...(extra ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) } : {}),
});

/** Answers TokenReview (whose is this token?) and SelfSubjectReview (who am I?). */
export function identityReviews(ofToken: TokenUnion, clock: Clock): readonly SubresourceHandler[] {
  return [
    {
      group: tokenReviews.group,
      plural: tokenReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        const review = await reviewOf(request, tokenReviews);
        await request.track(tokenReviews, review);
        if (!review.spec.token) throw errors.badRequest('token is required for TokenReview in authentication');
        const wanted = review.spec.audiences?.length ? review.spec.audiences : undefined;
        // It is asked about as if it came in a header: blanks end it, and what is then empty is no token.
        const token = bearerTokenOf(`Bearer ${review.spec.token}`);
        const verdict = token === undefined ? { errors: [] } : await ofToken(token, wanted);
        const status =
          'user' in verdict
            ? { authenticated: true, user: shownUser(verdict.user), audiences: [...verdict.audiences] }
            : { user: {}, ...(verdict.errors.length > 0 ? { error: aggregateText(verdict.errors) } : {}) };
        return created({ ...review, kind: tokenReviews.kind, apiVersion: 'authentication.k8s.io/v1', status });
      },
    },
    {
      group: selfSubjectReviews.group,
      plural: selfSubjectReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        await reviewOf(request, selfSubjectReviews);
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
