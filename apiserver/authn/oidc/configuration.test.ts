import { describe, expect, it } from '@jest/globals';
import { parseAuthenticationConfiguration } from './configuration.ts';
import { SIGNING_ALGORITHMS } from './issuer.ts';

const SELF = ['https://self.example'];
const issuer = { url: 'https://id.example', audiences: ['skiff'] };
const username = { claim: 'sub', prefix: '' };
const file = (fields: object, version = 'v1') => ({
  apiVersion: `apiserver.config.k8s.io/${version}`,
  kind: 'AuthenticationConfiguration',
  ...fields,
});
const authenticator = (change: { issuer?: object; claimMappings?: object; [field: string]: unknown } = {}) => ({
  ...change,
  issuer: { ...issuer, ...change.issuer },
  claimMappings: { username, ...change.claimMappings },
});
const jwt = (change: Parameters<typeof authenticator>[0] = {}) => file({ jwt: [authenticator(change)] });

describe('an AuthenticationConfiguration', () => {
  it.each(['v1', 'v1beta1'])('of version %s describes issuers', (version) => {
    const value = file(
      {
        jwt: [
          {
            issuer: { url: 'https://id.example', discoveryURL: 'https://in.example/d', audiences: ['a', 'b'], audienceMatchPolicy: 'MatchAny' },
            claimValidationRules: [{ claim: 'hd', requiredValue: 'example.com' }],
            claimMappings: { username: { claim: 'email', prefix: 'x:' }, groups: { claim: 'roles', prefix: 'y:' }, uid: { claim: 'oid' } },
          },
        ],
      },
      version,
    );
    expect(parseAuthenticationConfiguration(value, SELF)).toEqual({
      issuers: [
        {
          url: 'https://id.example',
          discoveryUrl: 'https://in.example/d',
          audiences: ['a', 'b'],
          signingAlgorithms: SIGNING_ALGORITHMS,
          username: { claim: 'email', prefix: 'x:' },
          groups: { claim: 'roles', prefix: 'y:' },
          uid: 'oid',
          requiredClaims: [['hd', 'example.com']],
        },
      ],
      anonymous: undefined,
    });
  });

  it.each<[object, unknown]>([
    [{ enabled: true }, 'all'],
    [{ enabled: false }, 'none'],
    [{ enabled: true, conditions: [{ path: '/livez' }] }, new Set(['/livez'])],
  ])('with anonymous %j lets through %j', (anonymous, access) => {
    expect(parseAuthenticationConfiguration(file({ anonymous }), SELF).anonymous).toEqual(access);
  });

  const CEL = 'Forbidden: CEL expressions are not supported yet';
  it.each<[string, unknown, string]>([
    ['no object', 'x', 'the configuration: Invalid input'],
    ['another kind', { ...file({}), kind: 'Policy' }, 'kind: Invalid input'],
    ['an unknown version', file({}, 'v2'), 'apiVersion: Invalid option'],
    ['an unknown field', jwt({ issuer: { urls: 'x' } }), 'jwt[0].issuer: Unrecognized key: "urls"'],
    ['no URL', jwt({ issuer: { url: '' } }), 'jwt[0].issuer.url: Required value'],
    ['a plain URL', jwt({ issuer: { url: 'http://id.example' } }), 'jwt[0].issuer.url: Invalid value: "http://id.example": URL scheme must be https'],
    ['a password', jwt({ issuer: { url: 'https://a:b@id.example' } }), 'URL must not contain a username or password'],
    ['a query', jwt({ issuer: { url: 'https://id.example?a=b' } }), 'URL must not contain a query'],
    ['a fragment', jwt({ issuer: { url: 'https://id.example#a' } }), 'URL must not contain a fragment'],
    ['the server itself', jwt({ issuer: { url: SELF[0] } }), 'URL must not overlap with disallowed issuers: [https://self.example]'],
    ['one URL for both', jwt({ issuer: { discoveryURL: 'https://id.example/' } }), 'discoveryURL must be different from URL'],
    ['no audience', jwt({ issuer: { audiences: [] } }), 'jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required'],
    ['an empty audience', jwt({ issuer: { audiences: [''] } }), 'jwt[0].issuer.audiences[0]: Required value'],
    ['audiences without policy', jwt({ issuer: { audiences: ['a', 'b'] } }), 'audienceMatchPolicy must be MatchAny for multiple audiences'],
    ['another policy', jwt({ issuer: { audienceMatchPolicy: 'All' } }), 'audienceMatchPolicy must be empty or MatchAny for single audience'],
    ['a bad authority', jwt({ issuer: { certificateAuthority: 'x' } }), 'jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>": '],
    ['an egress selector', jwt({ issuer: { egressSelectorType: 'cluster' } }), 'jwt[0].issuer.egressSelectorType: Forbidden'],
    ['no user name', jwt({ claimMappings: { username: {} } }), 'jwt[0].claimMappings.username: Required value: claim or expression is required'],
    [
      'no prefix',
      jwt({ claimMappings: { username: { claim: 'sub' } } }),
      'jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set.',
    ],
    ['a user name by CEL', jwt({ claimMappings: { username: { expression: 'claims.sub' } } }), `jwt[0].claimMappings.username.expression: ${CEL}`],
    ['groups by CEL', jwt({ claimMappings: { groups: { expression: 'claims.g' } } }), `jwt[0].claimMappings.groups.expression: ${CEL}`],
    ['a uid by CEL', jwt({ claimMappings: { uid: { expression: 'claims.u' } } }), `jwt[0].claimMappings.uid.expression: ${CEL}`],
    [
      'extra values by CEL',
      jwt({ claimMappings: { extra: [{ key: 'a/b', valueExpression: 'c' }] } }),
      `jwt[0].claimMappings.extra[0].valueExpression: ${CEL}`,
    ],
    ['a rule by CEL', jwt({ claimValidationRules: [{ expression: 'true' }] }), `jwt[0].claimValidationRules[0].expression: ${CEL}`],
    ['a rule for users', jwt({ userValidationRules: [{ expression: 'true' }] }), `jwt[0].userValidationRules[0].expression: ${CEL}`],
    ['a rule twice', jwt({ claimValidationRules: [{ claim: 'a' }, { claim: 'a' }] }), 'jwt[0].claimValidationRules[1].claim: Duplicate value: "a"'],
    ['an empty rule', jwt({ claimValidationRules: [{}] }), 'jwt[0].claimValidationRules[0]: Required value: claim or expression is required'],
    ['an issuer twice', file({ jwt: [authenticator(), authenticator()] }), 'jwt[1].issuer.url: Duplicate value: "https://id.example"'],
    ['65 issuers', file({ jwt: Array.from({ length: 65 }, () => authenticator()) }), 'jwt: Too many: 65: must have at most 64 items'],
    [
      'conditions without anonymous requests',
      file({ anonymous: { enabled: false, conditions: [{ path: '/x' }] } }),
      'anonymous.conditions: Invalid value: [{"path":"/x"}]: enabled should be set to true when conditions are defined',
    ],
  ])('with %s is refused', (_, value, message) => {
    expect(() => parseAuthenticationConfiguration(value, SELF)).toThrow(message);
  });
});
