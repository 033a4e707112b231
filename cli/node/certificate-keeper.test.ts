import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueClientCertificate } from '../../base/x509/certificate-authority.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { eventually } from '../cluster/eventually.ts';
import { createCertificateKeeper } from './certificate-keeper.ts';
import { certificateMetrics } from './certificate-metrics.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a certificate of a node', () => {
  let ca: KeyPair;
  beforeAll(async () => {
    ca = await createCertificateAuthority('test', { now: Date.UTC(2026, 0, 1), lifeMs: 1000 * 24 * HOUR });
  });

  async function start(clock: FakeClock, first: KeyPair | undefined, fail: () => boolean = () => false) {
    const attempts: number[] = [];
    let changes = 0;
    const stop = new AbortController();
    const issue = () => issueClientCertificate(ca, { commonName: 'n' }, { now: clock.now(), lifeMs: 10 * HOUR });
    const pair = first ?? undefined;
    const keeper = createCertificateKeeper({
      name: 'client',
      pair,
      clock,
      random: () => 0.5,
      log: silentLogger,
      async renew() {
        attempts.push(clock.now());
        if (fail()) throw new Error('the server is away');
        return issue();
      },
    });
    keeper.subscribe(() => changes++);
    const running = keeper.run(stop.signal);
    const end = async () => {
      stop.abort();
      await clock.advance(HOUR);
      await running;
    };
    return { keeper, attempts, changes: () => changes, end };
  }

  it('is requested at once if there is none', async () => {
    const clock = createFakeClock();
    const { keeper, changes, end } = await start(clock, undefined);
    await eventually(async () => expect(changes()).toBe(1));
    expect(keeper.current()?.certificate).toContain('-----BEGIN CERTIFICATE-----');
    await end();
  });

  it('is replaced at four fifths of its life, and again, while the node runs', async () => {
    const clock = createFakeClock();
    const begin = clock.now();
    const first = await issueClientCertificate(ca, { commonName: 'n' }, { now: begin, lifeMs: 10 * HOUR });
    const { keeper, attempts, changes, end } = await start(clock, first);
    const passTo = async (hours: number) => {
      while (clock.now() < begin + hours * HOUR) {
        await clock.advance(10 * MINUTE);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await passTo(7.5);
    expect(attempts).toEqual([]);
    await passTo(8.5);
    await eventually(async () => expect(changes()).toBe(1));
    expect(keeper.current()).not.toEqual(first);
    expect(new X509Certificate(keeper.current()?.certificate ?? '').validToDate.getTime()).toBeGreaterThan(begin + 17 * HOUR);
    await passTo(17);
    await eventually(async () => expect(changes()).toBe(2));
    await end();
  });

  it('is measured: what is left of it, its age when it is replaced, and failures', async () => {
    const clock = createFakeClock();
    const begin = clock.now();
    const first = await issueClientCertificate(ca, { commonName: 'n' }, { now: begin, lifeMs: 10 * HOUR });
    let away = true;
    const { keeper: serving, changes, end } = await start(clock, first, () => away);
    const registry = new Registry();
    certificateMetrics(registry, { client: undefined, serving }, clock);
    await clock.advance(HOUR);
    expect(await samplesOf(registry, 'kubelet_certificate_manager_')).toEqual([
      'kubelet_certificate_manager_client_ttl_seconds +Inf',
      `kubelet_certificate_manager_server_ttl_seconds ${9 * 3600}`,
      'kubelet_certificate_manager_server_rotation_seconds_sum 0',
      'kubelet_certificate_manager_server_rotation_seconds_count 0',
    ]);
    await clock.advance(7 * HOUR);
    expect(Number((await samplesOf(registry, 'kubelet_server'))[0]?.split(' ')[1])).toBeGreaterThan(0);
    away = false;
    await eventually(async () => {
      await clock.advance(60_000);
      expect(changes()).toBe(1);
    });
    const [client, left, sum, count] = await samplesOf(registry, 'kubelet_certificate_manager_');
    expect([client, count]).toEqual([
      'kubelet_certificate_manager_client_ttl_seconds +Inf',
      'kubelet_certificate_manager_server_rotation_seconds_count 1',
    ]);
    expect(Number(left?.split(' ')[1])).toBeGreaterThan(9 * 3600);
    expect(Number(sum?.split(' ')[1])).toBeGreaterThanOrEqual(8 * 3600);
    await end();
  });

  it('is requested again, less and less often, while the server refuses', async () => {
    const clock = createFakeClock();
    let away = true;
    const { attempts, changes, end } = await start(clock, undefined, () => away);
    const until = (count: number) =>
      eventually(async () => {
        await clock.advance(100);
        expect(attempts.length).toBeGreaterThanOrEqual(count);
      });
    await until(4);
    const gaps = attempts.slice(1, 4).map((at, index) => at - (attempts[index] ?? 0));
    expect(gaps[1]).toBeGreaterThan(gaps[0] ?? 0);
    expect(gaps[2]).toBeGreaterThan(gaps[1] ?? 0);
    away = false;
    await eventually(async () => {
      await clock.advance(1000);
      expect(changes()).toBe(1);
    });
    await end();
  });
});
