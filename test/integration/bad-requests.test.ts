import { describe, expect, it } from '@jest/globals';
import { refuses } from '../support/http/refusals.ts';
import { ANCHOR, MAPS, unharmedServer } from '../support/http/unharmed-server.ts';

const raw = unharmedServer();

describe('a request is refused', () => {
  const query = (name: string, value: string) => `${MAPS}?${name}=${encodeURIComponent(value)}`;
  const token = (fields: object) => query('continue', Buffer.from(JSON.stringify(fields)).toString('base64url'));
  refuses(raw, { method: 'GET', path: MAPS }, [
    {
      what: 'with a label selector that ends early',
      path: query('labelSelector', 'a in'),
      code: 400,
      message: /unable to parse requirement: found '' expected: '\('/,
    },
    { what: 'with a label that cannot be', path: query('labelSelector', '-a-=b'), code: 400, message: /Invalid value: "-a-"/ },
    {
      what: 'with a field selector that is none',
      path: query('fieldSelector', 'zzz'),
      code: 400,
      message: /invalid selector: 'zzz'; can't understand 'zzz'/,
    },
    {
      what: 'with a field that is not selectable',
      path: query('fieldSelector', 'spec.x=1'),
      code: 400,
      message: /"spec\.x" is not a known field selector/,
    },
    { what: 'with a limit that is no number', path: query('limit', 'x'), code: 400, message: /strconv.ParseInt: parsing "x": invalid syntax/ },
    { what: 'with a resourceVersion that is none', path: query('resourceVersion', 'abc'), code: 400, message: /Invalid value: "abc"/ },
    { what: 'with a negative resourceVersion', path: query('resourceVersion', '-1'), code: 400, message: /Invalid value: "-1"/ },
    {
      what: 'with a resourceVersion of the future',
      path: query('resourceVersion', '999999999'),
      code: 504,
      message: /Too large resource version: 999999999, current: \d+/,
    },
    {
      what: 'with an unknown match',
      path: `${MAPS}?resourceVersion=1&resourceVersionMatch=Foo`,
      code: 422,
      message: /resourceVersionMatch: Unsupported value: "Foo"/,
    },
    {
      what: 'with a timeout that is none',
      path: query('timeout', 'soon'),
      code: 400,
      message: /invalid timeout specified in the request URL - time: invalid duration "soon"/,
    },
    {
      what: 'with timeoutSeconds that are none',
      path: `${MAPS}?watch=1&timeoutSeconds=x`,
      code: 400,
      message: /strconv\.ParseInt: parsing "x": invalid syntax/,
    },
    { what: 'with a made-up continue token', path: query('continue', 'abc'), code: 400, message: /invalid continue token/ },
    {
      what: 'with a continue token that has expired',
      path: token({ v: 'meta.k8s.io/v1', rv: 1, start: 'x' }),
      code: 410,
      message: /continue parameter is too old/,
    },
    {
      what: 'with an unknown dry run',
      method: 'POST',
      path: query('dryRun', 'Some'),
      body: {},
      code: 422,
      message: /dryRun: Unsupported value: \["Some"\]: supported values: "All"/,
    },
    {
      what: 'with an unknown propagation policy',
      method: 'DELETE',
      path: `${ANCHOR}?propagationPolicy=Foo`,
      code: 422,
      message: /propagationPolicy: Unsupported value: "Foo"/,
    },
    {
      what: 'with a precondition that does not hold',
      method: 'DELETE',
      path: ANCHOR,
      body: { preconditions: { uid: 'x' } },
      code: 409,
      message: /[Pp]recondition.*uid/i,
    },
    {
      what: 'that accepts only HTML',
      headers: { accept: 'text/html' },
      code: 406,
      message: /406: Not Acceptable\s+Available representations: application\/json/,
    },
    { what: 'by a method that collections lack', method: 'PUT', body: {}, code: 405, message: /does not allow this method/ },
    { what: 'by a method that objects lack', method: 'POST', path: ANCHOR, body: {}, code: 405, message: /does not allow this method/ },
    { what: 'by a method that nothing has', method: 'OPTIONS', code: 405, message: /does not allow this method/ },
    {
      what: 'for a path up the tree',
      path: '/api/v1/namespaces/default/configmaps/../secrets',
      code: 404,
      message: /could not find the requested resource/,
    },
    { what: 'for an encoded path up the tree', path: `${MAPS}/..%2fsecrets`, code: 404, message: /configmaps "\.\.\/secrets" not found/ },
    { what: 'for an empty namespace', path: '/api/v1/namespaces//configmaps', code: 404, message: /could not find the requested resource/ },
    { what: 'for a name that does not decode', path: `${MAPS}/%zz`, code: 404, message: /could not find the requested resource/ },
    { what: 'for a name with a NUL', path: `${MAPS}/a%00b`, code: 404, message: /configmaps "a.b" not found/ },
    { what: 'for an unknown resource', path: '/api/v1/bogus', code: 404, message: /could not find the requested resource/ },
    { what: 'for an unknown group', path: '/apis/bogus.io/v1/things', code: 404, message: /^404 page not found\n$/ },
    { what: 'for an unknown subresource', path: `${ANCHOR}/bogus`, code: 404, message: /could not find the requested resource/ },
  ]);

  it('an encoded name is the name', async () => {
    expect((await raw().ask('GET', `${MAPS}/anch%6fr`)).json.metadata.name).toBe('anchor');
  });

  it.each([
    ['nothing', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    [
      'a token that is not signed',
      {
        authorization: `Bearer ${['{"alg":"none"}', '{"sub":"system:admin"}', ''].map((part) => Buffer.from(part).toString('base64url')).join('.')}`,
      },
    ],
    ['a password', { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` }],
  ])('of whom nothing is known: by %s', async (_what, headers) => {
    expect(await raw().stranger('GET', MAPS, headers)).toMatchObject({ code: 401, reason: 'Unauthorized' });
  });
});
