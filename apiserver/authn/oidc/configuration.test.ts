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
  it.each(['v1', 'v1beta1'])('of version %s describes issuers', async (version) => {
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
    expect(await parseAuthenticationConfiguration(value, SELF)).toEqual({
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
  ])('with anonymous %j lets through %j', async (anonymous, access) => {
    expect((await parseAuthenticationConfiguration(file({ anonymous }), SELF)).anonymous).toEqual(access);
  });

  it('describes identities by expressions', async () => {
    const value = jwt({
      claimValidationRules: [{ expression: 'claims.hd == "x"', message: 'wrong domain' }],
      claimMappings: {
        username: { expression: 'claims.sub' },
        groups: { expression: 'claims.roles' },
        uid: { expression: 'claims.oid' },
        extra: [{ key: 'example.com/team', valueExpression: 'claims.team' }],
      },
      userValidationRules: [{ expression: 'user.username != "root"', message: 'not root' }],
    });
    const [found] = (await parseAuthenticationConfiguration(value, SELF)).issuers;
    expect(found).toMatchObject({
      username: { source: 'claims.sub' },
      groups: { source: 'claims.roles' },
      uid: { source: 'claims.oid' },
      extra: [{ key: 'example.com/team', expression: { source: 'claims.team' } }],
      requiredClaims: [],
      claimRules: [{ message: 'wrong domain', expression: { source: 'claims.hd == "x"' } }],
      userRules: [{ message: 'not root', expression: { source: 'user.username != "root"' } }],
    });
  });

  const emailUser = { username: { expression: 'claims.email' } };
  it.each<[string, Parameters<typeof authenticator>[0]]>([
    ['in the user name', { claimMappings: { username: { expression: 'claims.?email_verified.orValue(true) ? claims.email : claims.sub' } } }],
    ['in an extra value', { claimMappings: { ...emailUser, extra: [{ key: 'a.b/c', valueExpression: 'string(has(claims.email_verified))' }] } }],
    ['in a rule', { claimMappings: emailUser, claimValidationRules: [{ expression: 'claims.email_verified == true' }] }],
  ])('may take addresses for names if it looks at email_verified %s', async (_, change) => {
    expect((await parseAuthenticationConfiguration(jwt(change), SELF)).issuers).toHaveLength(1);
  });

  const COMPILE = 'compilation failed: ERROR: <input>:1:';
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
    [
      'a user name that does not compile',
      jwt({ claimMappings: { username: { expression: 'claim.sub' } } }),
      `jwt[0].claimMappings.username.expression: Invalid value: "claim.sub": ${COMPILE}1: undeclared reference to 'claim'`,
    ],
    [
      'a claim and an expression',
      jwt({ claimMappings: { username: { claim: 'sub', prefix: '', expression: 'claims.sub' } } }),
      `jwt[0].claimMappings.username: Invalid value: "": claim and expression can't both be set`,
    ],
    [
      'a prefix for an expression',
      jwt({ claimMappings: { username: { prefix: 'x', expression: 'claims.sub' } } }),
      'jwt[0].claimMappings.username.prefix: Invalid value: "x": may not be specified when expression is set',
    ],
    [
      'an address that may not be verified',
      jwt({ claimMappings: emailUser }),
      'jwt[0].claimMappings.username.expression: Invalid value: "claims.email": claims.email_verified must be used in',
    ],
    [
      'groups that do not compile',
      jwt({ claimMappings: { groups: { expression: '1 +' } } }),
      `jwt[0].claimMappings.groups.expression: Invalid value: "1 +": ${COMPILE}`,
    ],
    [
      'a uid that does not compile',
      jwt({ claimMappings: { uid: { expression: 'user.uid' } } }),
      `jwt[0].claimMappings.uid.expression: Invalid value: "user.uid": ${COMPILE}`,
    ],
    [
      'an extra key without a domain',
      jwt({ claimMappings: { extra: [{ key: 'a', valueExpression: '""' }] } }),
      'jwt[0].claimMappings.extra[0].key: Invalid value: "a": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
    [
      'a reserved extra key',
      jwt({ claimMappings: { extra: [{ key: 'x.k8s.io/a', valueExpression: '""' }] } }),
      'jwt[0].claimMappings.extra[0].key: Invalid value: "x.k8s.io/a": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use',
    ],
    [
      'an extra key twice',
      jwt({
        claimMappings: {
          extra: [
            { key: 'a.b/c', valueExpression: '""' },
            { key: 'a.b/c', valueExpression: '""' },
          ],
        },
      }),
      'jwt[0].claimMappings.extra[1].key: Duplicate value: "a.b/c"',
    ],
    [
      'an extra value without an expression',
      jwt({ claimMappings: { extra: [{ key: 'a.b/c' }] } }),
      'jwt[0].claimMappings.extra[0].valueExpression: Required value',
    ],
    [
      'a rule that is no condition',
      jwt({ claimValidationRules: [{ expression: 'claims.a' }] }),
      'jwt[0].claimValidationRules[0].expression: Invalid value: "claims.a": must evaluate to bool',
    ],
    [
      'an expression twice',
      jwt({ userValidationRules: [{ expression: 'true' }, { expression: 'true' }] }),
      'jwt[0].userValidationRules[1].expression: Duplicate value: "true"',
    ],
    [
      'a rule for users about claims',
      jwt({ userValidationRules: [{ expression: 'claims.a == 1' }] }),
      `jwt[0].userValidationRules[0].expression: Invalid value: "claims.a == 1": ${COMPILE}`,
    ],
    [
      'a URL that Go refuses',
      jwt({ issuer: { url: 'https://id.example:x' } }),
      'jwt[0].issuer.url: Invalid value: "https://id.example:x": parse "https://id.example:x": invalid port ":x" after host',
    ],
    ['a rule twice', jwt({ claimValidationRules: [{ claim: 'a' }, { claim: 'a' }] }), 'jwt[0].claimValidationRules[1].claim: Duplicate value: "a"'],
    ['an empty rule', jwt({ claimValidationRules: [{}] }), 'jwt[0].claimValidationRules[0]: Required value: claim or expression is required'],
    ['an issuer twice', file({ jwt: [authenticator(), authenticator()] }), 'jwt[1].issuer.url: Duplicate value: "https://id.example"'],
    ['65 issuers', file({ jwt: Array.from({ length: 65 }, () => authenticator()) }), 'jwt: Too many: 65: must have at most 64 items'],
    [
      'conditions without anonymous requests',
      file({ anonymous: { enabled: false, conditions: [{ path: '/x' }] } }),
      'anonymous.conditions: Invalid value: [{"path":"/x"}]: enabled should be set to true when conditions are defined',
    ],
  ])('with %s is refused', async (_, value, message) => {
    await expect(parseAuthenticationConfiguration(value, SELF)).rejects.toThrow(message);
  });
});
