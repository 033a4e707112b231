import { describe, expect, it } from '@jest/globals';
import { DYN, objectType, STRING } from '../../base/cel/types.ts';
import { kubernetesEnvironment, mutationEnvironment } from './environment.ts';
import { escapedName } from './escaping.ts';
import { dynamicValue, jsonOf, lazyStructure } from './json-values.ts';
import type { AuthorizationQuestion } from './library/authorizer.ts';
import { AUTHORIZER_TYPE, authorizerValue, requestResourceValue } from './library/authorizer.ts';

const environment = kubernetesEnvironment().extend({ variables: { o: DYN, s: STRING, authorizer: AUTHORIZER_TYPE } });
const o = dynamicValue({ a: 1, b: 1.5, l: [1, 2], m: { x: 'y' }, none: null });

function evaluated(source: string, s = 'abc'): unknown {
  const { program, message } = environment.compile(source);
  if (!program) return message;
  const outcome = program.evaluate({ o, s });
  return outcome.error ? outcome.error.message : outcome.value;
}

describe('the libraries of Kubernetes', () => {
  it.each([
    '[1, 2].isSorted() && [1, 2].sum() == 3 && [1, 2].max() == 2 && [1, 2].min() == 1 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(5) == -1',
    "'abc 123'.find('[0-9]+') == '123' && 'a1b2'.findAll('[a-z]') == ['a', 'b'] && 'a1b2'.findAll('[a-z]', 1) == ['a'] && 'x'.find('y') == ''",
    "url('https://user@example.com:80/a%20b?x=1&x=2#f').getHost() == 'example.com:80' && url('https://[::1]:80/').getHostname() == '::1'",
    "url('https://e.com/a b?x=1').getEscapedPath() == '/a%20b' && url('/p?x=1&x=2').getQuery()['x'] == ['1', '2'] && !isURL('../x') && isURL('/x')",
    "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('1.5').asApproximateFloat() == 1.5 && !quantity('1.5').isInteger() && quantity('50k').asInteger() == 50000",
    "quantity('1').add(quantity('500m')).compareTo(quantity('1500m')) == 0 && quantity('2').sub(1) == quantity('1') && sign(quantity('-1')) == -1",
    "ip('192.168.0.1').family() == 4 && ip('::1').isLoopback() && !isIP('192.168.0.01') && ip.isCanonical('::1') && !ip.isCanonical('::0:1')",
    "cidr('192.168.0.0/24').containsIP('192.168.0.7') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')",
    "cidr('10.1.2.3/8').ip() == ip('10.1.2.3') && cidr('::/64').prefixLength() == 64 && string(ip('2001:db8:0:0::1')) == '2001:db8::1' && !isCIDR('10.0.0.0')",
    "!format.dns1123Label().validate('ab-c').hasValue() && format.dns1123Label().validate('A').hasValue() && format.named('uuid').hasValue()",
    "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).minor() == 2 && !isSemver('1.2') && semver('1.0.0-a').isLessThan(semver('1.0.0'))",
    "type(ip('::1')) == net.IP && o.?m.?x.orValue('') == 'y' && o.none == null && type(o.a) == int && type(o.b) == double",
  ])('%s', (source) => {
    expect(evaluated(source)).toBe(true);
  });

  it.each([
    ["url('x')", 'URL parse error during conversion from string: parse "x": invalid URI for request'],
    ["ip('1.2.3')", 'IP Address "1.2.3" parse error during conversion from string: ParseAddr("1.2.3"): IPv4 address too short'],
    ["ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
    ["semver('1.2')", 'No Major.Minor.Patch elements found'],
    ['s.find("(")', 'Illegal regex: error parsing regexp: missing closing ): `(`'],
  ])('%s fails: %s', (source, message) => {
    expect(String(evaluated(source))).toContain(message);
  });

  it('know cel.bind and jsonpatch only where upstream does', () => {
    expect(evaluated('cel.bind(x, s, x == s)')).toContain("undeclared reference to 'cel'");
    expect(evaluated("jsonpatch.escapeKey('a/b~c')")).toContain('undeclared reference');
    const { program } = mutationEnvironment().compile("jsonpatch.escapeKey('a/b~c')");
    expect(program?.evaluate({}).value).toBe('a~1b~0c');
  });
});

describe('the authorizer', () => {
  const asked: AuthorizationQuestion[] = [];
  const ask = async (question: AuthorizationQuestion) => {
    asked.push(question);
    return { allowed: question.verb === 'get', reason: 'because' };
  };

  it('is asked once per question, and may take its time', async () => {
    const authorizer = authorizerValue(ask);
    const source =
      "authorizer.group('apps').resource('deployments').namespace('n').name('x').check('get').reason() == 'because' && " +
      "!authorizer.serviceAccount('n', 'sa').path('/healthz').check('post').allowed()";
    const { program, message } = environment.compile(source);
    if (!program) throw new Error(message);
    await expect(program.evaluateInTurns({ authorizer })).resolves.toMatchObject({ value: true });
    await expect(program.evaluateInTurns({ authorizer })).resolves.toMatchObject({ value: true });
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({ path: '/healthz', serviceAccount: { namespace: 'n', name: 'sa' } });
  });

  it('costs so much that an expression can ask twice', async () => {
    const { program } = environment.compile("[1, 2, 3].all(x, authorizer.path('/' + string(x)).check('get').allowed())");
    if (!program) throw new Error('the expression does not compile');
    const outcome = await program.evaluateInTurns({ authorizer: authorizerValue(ask) });
    expect(outcome.error?.message).toBe('operation cancelled: actual cost limit exceeded');
  });

  it('knows what the request concerns', async () => {
    const resource = { group: '', resource: 'pods', subresource: '', namespace: 'n', name: 'p' };
    const value = requestResourceValue(authorizerValue(ask), resource);
    const { program } = kubernetesEnvironment()
      .extend({ variables: { 'authorizer.requestResource': objectType('kubernetes.authorization.ResourceCheck') } })
      .compile("authorizer.requestResource.check('get').allowed()");
    if (!program) throw new Error('the expression does not compile');
    await expect(program.evaluateInTurns({ 'authorizer.requestResource': value })).resolves.toMatchObject({ value: true });
    expect(asked.at(-1)).toMatchObject(resource);
  });
});

describe('JSON values', () => {
  it('become values and JSON again, integers of 64 bits exactly', () => {
    const json = { a: 9007199254740993n, b: [1, 2.5, 'x', null, true], c: { d: {} } };
    expect(jsonOf(dynamicValue(json))).toEqual(json);
  });

  it('are computed when they are read, once', () => {
    let computed = 0;
    const type = objectType('kubernetes.variables', (name) => (name === 'x' ? STRING : undefined));
    const { program } = kubernetesEnvironment()
      .extend({ variables: { variables: type } })
      .compile("variables.x == 'a' && variables.x.size() == 1");
    const fields = new Map([
      [
        'x',
        () => {
          computed++;
          return 'a';
        },
      ],
    ]);
    expect(program?.evaluate({ variables: lazyStructure(type, fields) }).value).toBe(true);
    expect(computed).toBe(1);
  });
});

it('names that are no identifiers are escaped', () => {
  expect(['a.b', 'a-b', 'a/b', '__a', 'namespace', 'a', '1a', 'a b'].map(escapedName)).toEqual([
    'a__dot__b',
    'a__dash__b',
    'a__slash__b',
    '__underscores__a',
    '__namespace__',
    'a',
    undefined,
    undefined,
  ]);
});
