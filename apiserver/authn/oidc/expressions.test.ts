import { describe, expect, it } from '@jest/globals';
import { userOfIdToken } from './claims.ts';
import { compileMapping, compileRule } from './expressions.ts';
import type { IdentityExpression, IdentityRule, OidcIssuer } from './issuer.ts';
import { SIGNING_ALGORITHMS } from './issuer.ts';

function mapping(source: string): IdentityExpression {
  const { expression, fault } = compileMapping(source);
  if (!expression) throw new Error(fault);
  return expression;
}

function rule(source: string, subject: 'claims' | 'user', message = ''): IdentityRule {
  const { expression, fault } = compileRule(source, subject);
  if (!expression) throw new Error(fault);
  return { expression, message };
}

const issuer = (more: Partial<OidcIssuer> = {}): OidcIssuer => ({
  url: 'https://id.example',
  audiences: ['skiff'],
  signingAlgorithms: SIGNING_ALGORITHMS,
  username: mapping('claims.sub'),
  requiredClaims: [],
  ...more,
});
const CLAIMS = {
  sub: 'jane',
  oid: 'u1',
  roles: ['dev', '', 'ops'],
  role: 'dev',
  teams: 'a,b',
  level: 7,
  none: null,
  'example.com': { 'a/b': [{ 'c-d': 'u2' }] },
  nested: { name: 'x' },
};
const user = (more: Partial<OidcIssuer>) => userOfIdToken(CLAIMS, issuer(more));

describe('expressions make a user of claims', () => {
  it.each<[string, Partial<OidcIssuer>, object]>([
    ['a name that is put together', { username: mapping('"oidc:" + claims.sub + ":" + claims.nested.name') }, { name: 'oidc:jane:x', groups: [] }],
    ['a list of groups, without empty ones', { groups: mapping('claims.roles') }, { name: 'jane', groups: ['dev', 'ops'] }],
    ['one group', { groups: mapping('claims.role') }, { name: 'jane', groups: ['dev'] }],
    ['groups of a text', { groups: mapping('claims.teams.split(",")') }, { name: 'jane', groups: ['a', 'b'] }],
    ['groups that are made', { groups: mapping('claims.roles.map(r, "g:" + r)') }, { name: 'jane', groups: ['g:dev', 'g:', 'g:ops'] }],
    ['no groups', { groups: mapping('claims.none') }, { name: 'jane', groups: [] }],
    [
      'a claim whose name is no identifier',
      { uid: mapping('claims.example__dot__com.a__slash__b[0].c__dash__d') },
      { name: 'jane', uid: 'u2', groups: [] },
    ],
    ['a uid', { uid: mapping('claims.oid') }, { name: 'jane', uid: 'u1', groups: [] }],
    [
      'extra values, without empty ones',
      {
        extra: [
          { key: 'a.b/c', expression: mapping('claims.roles') },
          { key: 'a.b/d', expression: mapping('""') },
        ],
      },
      { name: 'jane', groups: [], extra: { 'a.b/c': ['dev', 'ops'] } },
    ],
    [
      'rules that are met',
      {
        claimRules: [rule('claims.level > 5 && claims.level == 7 && type(claims.level) == double', 'claims')],
        userRules: [rule('!user.username.startsWith("system:") && user.groups.all(g, g != "admin") && user.uid == ""', 'user')],
      },
      { name: 'jane', groups: [] },
    ],
  ])('%s', async (_, more, expected) => {
    expect(await user(more)).toEqual(expected);
  });

  it.each<[string, Partial<OidcIssuer>, string]>([
    [
      'a claim that is not there',
      { username: mapping('claims.email') },
      "oidc: error evaluating username claim expression: expression 'claims.email' resulted in error: no such key: email",
    ],
    ['an empty name', { username: mapping('""') }, 'oidc: empty username via CEL expression is not allowed'],
    [
      'a name that is no text',
      { username: mapping('claims.level') },
      'oidc: error evaluating username claim expression: username claim expression must return a string',
    ],
    [
      'groups that are no texts',
      { groups: mapping('[1, 2]') },
      'oidc: error evaluating group claim expression: expression must return a string or a list of strings',
    ],
    ['a uid that is no text', { uid: mapping('true') }, 'oidc: error evaluating uid claim expression: uid claim expression must return a string'],
    [
      'extra values that are no texts',
      { extra: [{ key: 'a.b/c', expression: mapping('claims.level') }] },
      'oidc: error evaluating extra claim expression: claims.level: expression must return a string or a list of strings',
    ],
    [
      'a rule about claims that is not met',
      { claimRules: [rule('claims.level > 9', 'claims', 'level too low')] },
      "oidc: error evaluating claim validation expression: validation expression 'claims.level > 9' failed: level too low",
    ],
    [
      'a rule about users that is not met',
      { userRules: [rule('user.username == "root"', 'user', 'root only')] },
      `oidc: error evaluating user info validation rule: validation expression 'user.username == "root"' failed: root only`,
    ],
    [
      'a rule that fails, though one before it is not met',
      { claimRules: [rule('false', 'claims'), rule('claims.absent == 1', 'claims')] },
      "oidc: error evaluating claim validation expression: expression 'claims.absent == 1' resulted in error: no such key: absent",
    ],
  ])('but not for %s', async (_, more, message) => {
    await expect(user(more)).rejects.toThrow(message);
  });
});
