import { describe, expect, it } from '@jest/globals';
import type { AuthorizationAttributes, Authorizer, Decision, UserRules } from '../contract/authorizer.ts';
import { unionAuthorizer } from './union.ts';

const attributes: AuthorizationAttributes = {
  user: { name: 'jane', groups: [] },
  verb: 'get',
  isResource: true,
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'dev',
  name: 'p',
  path: '',
};
const NO_RULES: UserRules = { resourceRules: [], nonResourceRules: [], incomplete: false };
const answering = (decision: Decision, rules = NO_RULES): Authorizer => ({ authorize: () => decision, rulesFor: () => rules });

const allow: Decision = { verdict: 'allow' };
const deny: Decision = { verdict: 'deny', reason: 'never' };
const shrug = (reason?: string): Decision => ({ verdict: 'no opinion', ...(reason === undefined ? {} : { reason }) });

describe('a union of authorizers', () => {
  it.each<[string, Decision[], Decision]>([
    ['allows what the first with an opinion allows', [shrug('not mine'), allow, deny], allow],
    ['denies what the first with an opinion denies', [shrug(), deny, allow], deny],
    ['has no opinion where none has one, and gives all reasons', [shrug('a'), shrug(), shrug('b')], { verdict: 'no opinion', reason: 'a\nb' }],
    ['has no opinion where there are no authorizers', [], { verdict: 'no opinion' }],
    [
      'keeps the errors of those without an opinion',
      [{ verdict: 'no opinion', evaluationError: 'no such role' }, shrug('b')],
      { verdict: 'no opinion', reason: 'b', evaluationError: 'no such role' },
    ],
  ])('%s', async (_, decisions, expected) => {
    const union = unionAuthorizer(decisions.map((decision) => answering(decision)));
    expect(union.authorize(attributes)).toEqual(expected);
    const late = unionAuthorizer(decisions.map((decision) => ({ ...answering(decision), authorize: async () => decision })));
    expect(await late.authorize(attributes)).toEqual(expected);
  });

  it('lists the rules of all, and says so where one cannot list', async () => {
    const reads = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
    const health = { verbs: ['get'], nonResourceURLs: ['/healthz'] };
    const union = unionAuthorizer([
      answering(allow, { ...NO_RULES, resourceRules: [reads] }),
      answering(allow, { ...NO_RULES, nonResourceRules: [health], incomplete: true, evaluationError: 'a webhook cannot list' }),
    ]);
    expect(await union.rulesFor(attributes.user, 'dev')).toEqual({
      resourceRules: [reads],
      nonResourceRules: [health],
      incomplete: true,
      evaluationError: 'a webhook cannot list',
    });
  });

  it('lists no rules after those of an authorizer that denies the rest', async () => {
    const [join, all] = [
      { verbs: ['post'], nonResourceURLs: ['/join'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
    const union = unionAuthorizer([
      answering(deny, { ...NO_RULES, nonResourceRules: [join], exclusive: true }),
      answering(allow, { ...NO_RULES, nonResourceRules: [all] }),
    ]);
    expect(await union.rulesFor(attributes.user, 'dev')).toEqual({ ...NO_RULES, nonResourceRules: [join] });
  });
});
