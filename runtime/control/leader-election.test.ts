import { describe, expect, it } from '@jest/globals';
import { leases } from '../../api/kinds/coordination/lease.ts';
import { aborted } from '../../base/abort.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import { createLeaderElector } from './leader-election.ts';

const key = { namespace: 'kube-system', name: 'skiff-controllers' };

function harness() {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const leading: string[] = [];
  const candidate = (identity: string) => {
    const stop = new AbortController();
    const elector = createLeaderElector({ client, clock, log: silentLogger, lease: key, identity });
    const outcome: { error?: unknown; over?: true } = {};
    const run = elector
      .run(stop.signal, async (signal) => {
        leading.push(identity);
        await aborted(signal);
        leading.splice(leading.indexOf(identity), 1);
      })
      .then(
        () => {
          outcome.over = true;
        },
        (error: unknown) => {
          outcome.error = error;
        },
      );
    return { stop, run, elector, outcome };
  };
  return { clock, client, leading, candidate };
}

describe('leader election', () => {
  it('makes the Lease and leads at once where there is none', async () => {
    const { clock, client, leading, candidate } = harness();
    const a = candidate('a');
    await a.elector.ready;
    await clock.settle();
    expect(leading).toEqual(['a']);
    expect((await client.get(leases, key)).spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    a.stop.abort();
    await a.run;
  });

  it('lets one candidate lead and the other stand by, ready', async () => {
    const { clock, leading, candidate } = harness();
    const a = candidate('a');
    await clock.settle();
    const b = candidate('b');
    await b.elector.ready;
    await clock.advance(60_000);
    expect(leading).toEqual(['a']);
    a.stop.abort();
    b.stop.abort();
    await clock.advance(5_000);
    await Promise.all([a.run, b.run]);
  });

  it('releases the Lease on an orderly stop, so that the next takes over within its retry', async () => {
    const { clock, client, leading, candidate } = harness();
    const a = candidate('a');
    await clock.settle();
    const b = candidate('b');
    await clock.advance(3_000);
    a.stop.abort();
    await a.run;
    expect((await client.get(leases, key)).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    await clock.advance(5_000);
    expect(leading).toEqual(['b']);
    expect((await client.get(leases, key)).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    b.stop.abort();
    await b.run;
  });

  it('releases the Lease also when the stop comes while it is being renewed', async () => {
    const { clock, client, candidate } = harness();
    const a = candidate('a');
    await clock.settle();
    const answer = Promise.withResolvers<void>();
    const update = client.update.bind(client);
    const slow = async (...request: Parameters<typeof update>) => {
      client.update = update;
      const written = await update(...request);
      await answer.promise;
      return written;
    };
    client.update = slow as typeof update;
    await clock.advance(2_000);
    a.stop.abort();
    await clock.settle();
    answer.resolve();
    await a.run;
    expect((await client.get(leases, key)).spec?.holderIdentity).toBe('');
  });

  it('takes over from a leader that has not renewed for the whole lease, not earlier', async () => {
    const { clock, client, leading, candidate } = harness();
    await client.create(leases, { metadata: { ...key }, spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, leaseTransitions: 4 } });
    const b = candidate('b');
    await clock.advance(14_000);
    expect(leading).toEqual([]);
    await clock.advance(6_000);
    expect(leading).toEqual(['b']);
    expect((await client.get(leases, key)).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 5 });
    b.stop.abort();
    await b.run;
  });

  it('stops leading when it cannot renew within the deadline', async () => {
    const { clock, client, leading, candidate } = harness();
    const a = candidate('a');
    await clock.advance(2_000);
    expect(leading).toEqual(['a']);
    for (let n = 0; n < 50; n++) {
      client.failNext('update leases', new Error('down'));
      client.failNext('get leases', new Error('down'));
    }
    await clock.advance(13_000);
    await a.run;
    expect(leading).toEqual([]);
    expect(a.outcome.error).toMatchObject({ name: 'Stopped', why: 'leadership lost' });
  });

  it('creates a Lease that was deleted anew, and keeps leading', async () => {
    const { clock, client, leading, candidate } = harness();
    const a = candidate('a');
    await clock.settle();
    await client.delete(leases, key);
    await clock.advance(9_000);
    expect((await client.get(leases, key)).spec).toMatchObject({ holderIdentity: 'a' });
    await clock.advance(60_000);
    expect(leading).toEqual(['a']);
    expect(a.outcome).toEqual({});
    a.stop.abort();
    await a.run;
  });

  it('keeps leading through a lost renewal', async () => {
    const { clock, client, leading, candidate } = harness();
    const a = candidate('a');
    await clock.advance(2_000);
    client.failNext('update leases', new Error('down'));
    await clock.advance(30_000);
    expect(leading).toEqual(['a']);
    a.stop.abort();
    await a.run;
    expect(a.outcome).toEqual({ over: true });
  });
});
