import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { secretStrategy } from './secret.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a Secret', () => {
  it('keeps a text under any name', () => {
    const { data } = defaulted(secretStrategy, { stringData: JSON.parse('{"__proto__":"a"}') });
    expect(Object.entries(data ?? {})).toEqual([['__proto__', base64('a')]]);
  });

  it('takes text into its data, where it wins', () => {
    expect(defaulted(secretStrategy, { data: { a: base64('old'), b: base64('b') }, stringData: { a: 'näw' } })).toEqual({
      type: 'Opaque',
      data: { a: base64('näw'), b: base64('b') },
      stringData: undefined,
    });
  });

  it.each([
    [
      'of a service account names it',
      'kubernetes.io/service-account-token',
      {},
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    ['of TLS has a certificate and a key', 'kubernetes.io/tls', {}, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['of Docker has its configuration', 'kubernetes.io/dockerconfigjson', {}, ['data[.dockerconfigjson]: Required value']],
    [
      'of Docker has JSON, which is not shown',
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': base64('{secret') },
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'s\' looking for beginning of object key string'],
    ],
    [
      'of Docker is not empty',
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': '' },
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
    ],
    [
      'of Docker is an object',
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': base64('[]') },
      [
        'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}',
      ],
    ],
    [
      'of basic authentication has a user or a password',
      'kubernetes.io/basic-auth',
      {},
      ['data[username]: Required value', 'data[password]: Required value'],
    ],
    ['of SSH has a key', 'kubernetes.io/ssh-auth', {}, ['data[ssh-privatekey]: Required value']],
    ['of any other type holds what it likes', 'example.com/x', {}, []],
  ])('%s', (_sentence, type, data, expected) => {
    expect(createErrors(secretStrategy, { type, data })).toEqual(expected);
  });

  it('keeps its type', () => {
    const old = stored(secretStrategy, {});
    expect(
      updateErrors(secretStrategy, old, (secret) => {
        secret.type = 'x/y';
      }),
    ).toEqual(['type: Invalid value: "x/y": field is immutable']);
  });
});
