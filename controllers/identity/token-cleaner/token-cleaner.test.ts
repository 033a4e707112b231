import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import { expiryOf } from './controller.ts';

describe('a bootstrap token', () => {
  const token = (expiration?: string): Secret => ({
    type: 'bootstrap.kubernetes.io/token',
    data: expiration === undefined ? {} : { expiration: Buffer.from(expiration).toString('base64') },
  });
  it.each([
    [token('2026-01-01T00:00:00Z'), Date.UTC(2026, 0, 1)],
    [token('tomorrow'), 0],
    [token(), undefined],
    [{ type: 'Opaque', data: { expiration: 'MQ==' } }, undefined],
  ])('%j ends at %p', (secret, expected) => {
    expect(expiryOf(secret)).toBe(expected);
  });
});
