import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { Live } from '../../api/meta/object.ts';
import { userOfBootstrapToken } from './bootstrap-token.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a bootstrap token', () => {
  const GOOD = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
    'auth-extra-groups': 'system:bootstrappers:z,system:bootstrappers:a',
  };
  const identify = (change: object, metadata: object = {}, type = 'bootstrap.kubernetes.io/token') => {
    const data = Object.fromEntries(Object.entries({ ...GOOD, ...change }).map(([key, value]) => [key, base64(String(value))]));
    const secret: Live<Secret> = {
      metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system', uid: 'u', resourceVersion: '1', creationTimestamp: '', ...metadata },
      type,
      data,
    };
    return userOfBootstrapToken('abcdef.0123456789abcdef', { get: () => secret as never }, NOW);
  };

  it('names its user and groups, in order', () => {
    const groups = ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:z'];
    expect(identify({})).toEqual({ name: 'system:bootstrap:abcdef', groups });
  });

  it.each<[string, object, object?, string?]>([
    ['of another secret', { 'token-secret': '0123456789abcdee' }],
    ['of another id', { 'token-id': 'abcdeg' }],
    ['that is not for authentication', { 'usage-bootstrap-authentication': 'false' }],
    ['that has expired', { expiration: '2025-12-31T23:59:59Z' }],
    ['whose expiration cannot be read', { expiration: 'tomorrow' }],
    ['whose expiration is no RFC 3339', { expiration: 'Jan 1 2030' }],
    ['with a group of administrators', { 'auth-extra-groups': 'system:masters' }],
    ['with an empty group', { 'auth-extra-groups': 'system:bootstrappers:a,' }],
    ['whose secret is being deleted', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }],
    ['whose secret is of another type', {}, {}, 'Opaque'],
  ])('%s is nobody’s', (_, change, metadata = {}, type = 'bootstrap.kubernetes.io/token') => {
    expect(identify(change, metadata, type)).toBeUndefined();
  });
});
