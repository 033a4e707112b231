import type { AuthorizationAttributes, Authorizer, Decision, UserRules } from '../contract/authorizer.ts';
import type { UserInfo } from '../contract/request.ts';

/**
 * Joins authorizers into one (k8s.io/apiserver/pkg/authorization/union): the first `allow` or `deny` is the decision, and the rules are those
 * of all. Stays synchronous as long as its authorizers do.
 */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  function decide(attributes: AuthorizationAttributes, from: number, before: readonly Decision[]): Decision | Promise<Decision> {
    let opinions = before;
    for (let index = from; index < authorizers.length; index++) {
      const pending = authorizers[index]?.authorize(attributes);
      if (pending === undefined) continue;
      if (pending instanceof Promise) {
        const heard = opinions;
        return pending.then((decision) => (isFinal(decision) ? decision : decide(attributes, index + 1, [...heard, decision])));
      }
      if (isFinal(pending)) return pending;
      if (pending.reason || pending.evaluationError) opinions = [...opinions, pending];
    }
    return noOpinion(opinions);
  }

  return {
    authorize: (attributes) => decide(attributes, 0, NONE),
    async rulesFor(user: UserInfo, namespace: string): Promise<UserRules> {
      const given = await Promise.all(authorizers.map((authorizer) => authorizer.rulesFor(user, namespace)));
      const last = given.findIndex(({ exclusive }) => exclusive);
      const all = last < 0 ? given : given.slice(0, last + 1);
      const evaluationError = joined(all.map((rules) => rules.evaluationError));
      return {
        resourceRules: all.flatMap(({ resourceRules }) => resourceRules),
        nonResourceRules: all.flatMap(({ nonResourceRules }) => nonResourceRules),
        incomplete: all.some(({ incomplete }) => incomplete),
        ...(evaluationError === '' ? {} : { evaluationError }),
      };
    },
  };
}

const NONE: readonly Decision[] = [];

const isFinal = ({ verdict }: Decision): boolean => verdict !== 'no opinion';

function noOpinion(opinions: readonly Decision[]): Decision {
  if (opinions.length === 0) return { verdict: 'no opinion' };
  const reason = joined(opinions.map((opinion) => opinion.reason));
  const evaluationError = joined(opinions.map((opinion) => opinion.evaluationError));
  return { verdict: 'no opinion', ...(reason === '' ? {} : { reason }), ...(evaluationError === '' ? {} : { evaluationError }) };
}

const joined = (texts: readonly (string | undefined)[]): string => texts.filter((text) => text).join('\n');
