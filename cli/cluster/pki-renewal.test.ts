import { X509Certificate } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClusterPki } from '../../apiserver/pki/cluster-pki.ts';
import { ensurePki } from '../../apiserver/pki/cluster-pki.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { Logger } from '../../base/log.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { eventually } from './eventually.ts';
import { fewDaysLeft, keepPkiRenewed } from './pki-renewal.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ends = ({ certificate }: { certificate: string }) => new X509Certificate(certificate).validToDate.getTime();

describe('the certificates of a running control plane', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'skiff-pki-'));
  });
  afterEach(() => removeDirectory(dir));

  it('are renewed before they end, all of them, under the same authority', async () => {
    const clock = createFakeClock();
    const begin = clock.now();
    const ensure = () => ensurePki(dir, { names: [], ips: [], clock, lifeMs: 10 * HOUR });
    const pki = await ensure();
    const renewals: ClusterPki[] = [];
    const stop = new AbortController();
    const running = keepPkiRenewed({ pki, ensure, renewed: (next) => void renewals.push(next), clock, log: silentLogger }, stop.signal);
    await eventually(async () => {
      await clock.advance(HOUR / 2);
      expect(renewals).toHaveLength(1);
    });
    const [next] = renewals;
    if (!next) throw new Error('nothing was renewed');
    expect(clock.now()).toBeGreaterThanOrEqual(begin + 7.9 * HOUR);
    expect([next.ca, next.serviceAccountKey]).toEqual([pki.ca, pki.serviceAccountKey]);
    for (const name of ['serving', 'kubeletClient', 'admin'] as const) {
      expect(ends(next[name])).toBeGreaterThan(ends(pki[name]));
    }
    stop.abort();
    await clock.advance(HOUR);
    await running;
  });

  it('are warned of daily when their authority is about to end', async () => {
    const clock = createFakeClock();
    const pki = await ensurePki(dir, { names: [], ips: [], clock, caLifeMs: 20 * DAY, lifeMs: 20 * DAY });
    const warnings: unknown[] = [];
    const log = { ...silentLogger, info: () => {}, error: () => {}, warn: (fields: unknown) => void warnings.push(fields) } as unknown as Logger;
    const stop = new AbortController();
    const running = keepPkiRenewed({ pki, ensure: async () => pki, renewed: () => {}, clock, log }, stop.signal);
    await eventually(async () => {
      await clock.advance(DAY);
      expect(warnings.length).toBeGreaterThanOrEqual(2);
    });
    expect(warnings.slice(0, 2)).toEqual([{ days: 3 }, { days: 2 }]);
    stop.abort();
    await clock.advance(HOUR);
    await running;
  });

  it.each([
    [0, undefined],
    [3650 - 91, undefined],
    [3650 - 89, 89],
  ])('after %d days of ten years: %p days left', async (days, left) => {
    const clock = createFakeClock();
    const { ca } = await ensurePki(dir, { names: [], ips: [], clock });
    expect(fewDaysLeft(ca.certificate, clock.now() + days * DAY)).toBe(left);
  });
});
