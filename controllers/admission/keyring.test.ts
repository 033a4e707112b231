import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Keyring } from './keyring.ts';
import { keyringData, keyringOf, renewedKeyring } from './keyring.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const YEAR = 365 * DAY;
const names = { names: ['hook.skiff-system.svc'], ips: [] };

let ring: Keyring;
beforeAll(async () => {
  ring = await renewedKeyring(undefined, names, NOW);
});
const isTrusted = ({ serving, bundle }: Keyring): boolean =>
  (bundle.match(/-----BEGIN[\s\S]*?END CERTIFICATE-----/g) ?? []).some((ca) =>
    new X509Certificate(serving.certificate).verify(new X509Certificate(ca).publicKey),
  );

describe('the keys of the webhook', () => {
  it('are made for its names, and signed by their own authority', () => {
    expect(new X509Certificate(ring.serving.certificate).checkHost('hook.skiff-system.svc')).toBe('hook.skiff-system.svc');
    expect(isTrusted(ring)).toBe(true);
  });

  it('survive in a Secret', () => expect(keyringOf({ data: keyringData(ring) })).toEqual(ring));

  it.each([
    ['without keys', {}],
    ['of the chart, that nobody has filled in', undefined],
    ['that was damaged', { 'ca.crt': 'eA==', 'ca.key': 'eA==', 'tls.crt': 'eA==', 'tls.key': 'eA==' }],
  ])('are made anew for a Secret %s', (_, data) => expect(keyringOf({ data })).toBeUndefined());

  it('stay as they are while nothing is due', async () => expect(await renewedKeyring(ring, names, NOW + 100 * DAY)).toBe(ring));

  it('have a new serving certificate before the old one ends, and for another name', async () => {
    const next = await renewedKeyring(ring, names, NOW + 300 * DAY);
    expect(next.serving).not.toEqual(ring.serving);
    expect(next.ca).toEqual(ring.ca);
    expect((await renewedKeyring(ring, { names: ['other.example'], ips: [] }, NOW)).serving).not.toEqual(ring.serving);
  });

  it('change their authority in two steps, and are trusted all the while', async () => {
    let now = NOW + 8.1 * YEAR;
    const old = await renewedKeyring(ring, names, NOW + 8 * YEAR - DAY);
    const joined = await renewedKeyring(old, names, now);
    expect(joined.ca).not.toEqual(old.ca);
    expect([joined.serving, isTrusted(joined)]).toEqual([old.serving, true]);
    now += DAY;
    const signed = await renewedKeyring(joined, names, now);
    expect(signed.serving).not.toEqual(old.serving);
    expect([signed.bundle, isTrusted(signed)]).toEqual([joined.bundle, true]);
  });
});
