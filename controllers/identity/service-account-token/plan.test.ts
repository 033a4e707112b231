import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import { accountOf, missingData } from './plan.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const full = { token: base64('t'), 'ca.crt': base64('PEM'), namespace: base64('default') };
const secret = (data: Record<string, string>, type = 'kubernetes.io/service-account-token'): Secret => ({
  metadata: { name: 'token', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
  type,
  data,
});

describe('a token secret', () => {
  it.each<[string, Record<string, string>, ReturnType<typeof missingData>]>([
    ['that has all lacks nothing', full, undefined],
    ['that is new lacks all', {}, { token: true, data: { 'ca.crt': full['ca.crt'], namespace: full.namespace } }],
    ['with former certificates lacks the new ones', { ...full, 'ca.crt': base64('OLD') }, { token: false, data: { 'ca.crt': full['ca.crt'] } }],
    ['with an empty token lacks one', { ...full, token: '' }, { token: true, data: {} }],
  ])('%s', (_, data, expected) => {
    expect(missingData(secret(data), 'PEM')).toEqual(expected);
  });

  it('is for the account that it names; other secrets are for none', () => {
    expect([accountOf(secret({})), accountOf(secret({}, 'Opaque'))]).toEqual(['robot', undefined]);
  });
});
