import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import { detachedSignature, signedData, signingToken } from './plan.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the signature of cluster-info', () => {
  it('is a JWS without its content', () => {
    const [header = '', content, mac] = detachedSignature('text', 'abcdef', 'secret').split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', kid: 'abcdef' });
    expect(content).toBe('');
    expect(mac).toBe(
      createHmac('sha256', 'secret')
        .update(`${header}.${Buffer.from('text').toString('base64url')}`)
        .digest('base64url'),
    );
  });

  it('is there for each token, and for no other', () => {
    const tokens = new Map([['abcdef', 'secret']]);
    const signed = signedData({ kubeconfig: 'text', other: 'x', 'jws-kubeconfig-gone': 'y' }, tokens);
    expect(signed).toEqual({ kubeconfig: 'text', other: 'x', 'jws-kubeconfig-abcdef': detachedSignature('text', 'abcdef', 'secret') });
    expect(signedData(signed, tokens)).toBeUndefined();
    expect(signedData({ other: 'x' }, tokens)).toBeUndefined();
  });
});

describe('a token that signs', () => {
  const now = Date.UTC(2026, 0, 1);
  const token = (changes: Record<string, string> = {}, name = 'bootstrap-token-abcdef'): Secret => {
    const data = { 'token-id': 'abcdef', 'token-secret': 's', 'usage-bootstrap-signing': 'true', ...changes };
    return {
      metadata: { name, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
    };
  };
  it.each([
    ['is meant for it', token(), ['abcdef', 's']],
    ['has not expired', token({ expiration: '2027-01-01T00:00:00Z' }), ['abcdef', 's']],
    ['has expired', token({ expiration: '2025-01-01T00:00:00Z' }), undefined],
    ['is meant for something else', token({ 'usage-bootstrap-signing': 'false' }), undefined],
    ['is called otherwise', token({}, 'x'), undefined],
  ])('%s', (_, secret, expected) => {
    expect(signingToken(secret, now)).toEqual(expected);
  });
});
