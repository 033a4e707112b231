import { describe, expect, it } from '@jest/globals';
import type { UserInfo } from '../contract/request.ts';
import { requestInfoOf } from '../request/request-info.ts';
import { parsePolicy } from './policy.ts';
import { policyEvaluator } from './policy-evaluator.ts';

const policy = (fields: object) => ({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', ...fields });
const rules = (...list: object[]) => policy({ rules: list });

describe('an audit policy is refused, with the field that is wrong', () => {
  it.each<[string, unknown, string]>([
    ['no object', null, 'the policy: Invalid input'],
    ['another version', { ...rules({ level: 'None' }), apiVersion: 'audit.k8s.io/v1beta1' }, 'apiVersion: '],
    ['no rules', policy({}), 'rules: the policy has none'],
    ['an unknown field', rules({ level: 'None', user: ['a'] }), 'rules[0]: Unrecognized key: "user"'],
    ['no level', rules({}), 'rules[0].level: Required value'],
    [
      'an unknown level',
      rules({ level: 'Body' }),
      'rules[0].level: Unsupported value: "Body": supported values: "None", "Metadata", "Request", "RequestResponse"',
    ],
    [
      'a path without slash',
      rules({ level: 'None', nonResourceURLs: ['api'] }),
      `rules[0].nonResourceURLs[0]: Invalid value: "api": non-resource URL rules must begin with a '/' character`,
    ],
    [
      'a star within a path',
      rules({ level: 'None', nonResourceURLs: ['/a*/b'] }),
      `rules[0].nonResourceURLs[0]: Invalid value: "/a*/b": non-resource URL wildcards '*' must be the final character of the rule`,
    ],
    ['a group with its version', rules({ level: 'None', resources: [{ group: 'apps/v1' }] }), 'rules[0].resources.group: Invalid value: "apps/v1": '],
    [
      'names of no resource',
      rules({ level: 'None', resources: [{ group: '', resourceNames: ['a'] }] }),
      'rules[0].resources.resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource',
    ],
    [
      'resources and paths',
      rules({ level: 'None', resources: [{ group: '' }], nonResourceURLs: ['/api'] }),
      'rules[0].nonResourceURLs: Invalid value: ["/api"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
    [
      'an unknown stage',
      rules({ level: 'None', omitStages: ['Start'] }),
      'rules[0].omitStages[0]: Invalid value: "Start": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
    ],
    ['an unknown stage for all', { ...rules({ level: 'None' }), omitStages: ['x'] }, 'omitStages[0]: Invalid value: "x"'],
  ])('%s', (_, value, message) => {
    expect(() => parsePolicy(value)).toThrow(message);
  });
});

const alice: UserInfo = { name: 'alice', groups: ['dev', 'system:authenticated'] };
const PODS = '/api/v1/namespaces/default/pods';

/** The level of a request under one rule at level Request. */
function levelOf(rule: object, method: string, pathAndQuery: string, user: UserInfo | undefined = alice) {
  const [path = '', query = ''] = pathAndQuery.split('?');
  const evaluate = policyEvaluator(parsePolicy(rules({ level: 'Request', ...rule })));
  return evaluate(user, requestInfoOf(method, path, new URLSearchParams(query))).level;
}

describe('a rule matches', () => {
  it.each<[string, object, string, string, boolean]>([
    ['everything, if it names nothing', {}, 'GET', '/version', true],
    ['its users', { users: ['alice'] }, 'GET', PODS, true],
    ['no other users', { users: ['bob'] }, 'GET', PODS, false],
    ['one of its groups', { userGroups: ['ops', 'dev'] }, 'GET', PODS, true],
    ['no other groups', { userGroups: ['ops'] }, 'GET', PODS, false],
    ['its verbs', { verbs: ['list'] }, 'GET', PODS, true],
    ['no other verbs', { verbs: ['watch'] }, 'GET', PODS, false],
    ['its namespaces', { namespaces: ['default'] }, 'GET', PODS, true],
    ['no other namespaces', { namespaces: ['kube-system'] }, 'GET', PODS, false],
    ['what is in no namespace by the empty one', { namespaces: [''] }, 'GET', '/api/v1/nodes', true],
    ['no path by namespaces', { namespaces: [''] }, 'GET', '/version', false],
    ['a whole group', { resources: [{ group: '' }] }, 'GET', PODS, true],
    ['no other group', { resources: [{ group: 'apps' }] }, 'GET', PODS, false],
    ['a resource', { resources: [{ group: '', resources: ['pods'] }] }, 'GET', PODS, true],
    ['not its subresources', { resources: [{ group: '', resources: ['pods'] }] }, 'GET', `${PODS}/a/log`, false],
    ['a subresource', { resources: [{ group: '', resources: ['pods/log'] }] }, 'GET', `${PODS}/a/log`, true],
    ['a subresource of all resources', { resources: [{ group: '', resources: ['*/log'] }] }, 'GET', `${PODS}/a/log`, true],
    ['all subresources', { resources: [{ group: '', resources: ['pods/*'] }] }, 'GET', `${PODS}/a/log`, true],
    ['all of the group by a star', { resources: [{ group: '', resources: ['*'] }] }, 'GET', `${PODS}/a/log`, true],
    ['names', { resources: [{ group: '', resources: ['pods'], resourceNames: ['a'] }] }, 'GET', `${PODS}/a`, true],
    ['no other names', { resources: [{ group: '', resources: ['pods'], resourceNames: ['a'] }] }, 'GET', `${PODS}/b`, false],
    ['no path by resources', { resources: [{ group: '' }] }, 'GET', '/version', false],
    ['a path', { nonResourceURLs: ['/version'] }, 'GET', '/version', true],
    ['what begins with a path', { nonResourceURLs: ['/healthz*'] }, 'GET', '/healthz/ping', true],
    ['all paths', { nonResourceURLs: ['*'] }, 'GET', '/x/y', true],
    ['no resource by a path', { nonResourceURLs: ['*'] }, 'GET', PODS, false],
  ])('%s', (_, rule, method, path, matches) => {
    expect(levelOf(rule, method, path)).toBe(matches ? 'Request' : 'None');
  });

  it('nobody by users or groups while nobody is known', () => {
    const nobody = policyEvaluator(parsePolicy(rules({ level: 'Request', users: ['alice'] }, { level: 'Metadata' })));
    expect(nobody(undefined, requestInfoOf('GET', PODS, new URLSearchParams())).level).toBe('Metadata');
  });
});

describe('the first rule that matches', () => {
  it('decides, and adds its stages and fields to those of the policy', () => {
    const evaluate = policyEvaluator(
      parsePolicy({
        ...rules({ level: 'Metadata', users: ['alice'], omitStages: ['Panic'], omitManagedFields: false }, { level: 'RequestResponse' }),
        omitStages: ['RequestReceived'],
        omitManagedFields: true,
      }),
    );
    const info = requestInfoOf('GET', PODS, new URLSearchParams());
    const config = evaluate(alice, info);
    expect({ ...config, omitStages: [...config.omitStages] }).toEqual({
      level: 'Metadata',
      omitStages: ['RequestReceived', 'Panic'],
      omitManagedFields: false,
    });
    expect(evaluate({ name: 'bob', groups: [] }, info)).toMatchObject({ level: 'RequestResponse', omitManagedFields: true });
  });
});
