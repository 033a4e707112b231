import { expect, it } from '@jest/globals';
import { leases } from '../../api/kinds/coordination/lease.ts';
import { aborted } from '../../base/abort.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createLeaderElector } from '../../runtime/control/leader-election.ts';
import { CONCEPT_ELECTION } from './concept-election.ts';

const lease = { namespace: 'skiff-system', name: 'skiff-controllers' };
const STEP_MS = 100;

/** Returns the time from the last renewal of a dead leader to the next leader, which looks as seldom as it may. */
async function takeover(renewedAfterMs: number): Promise<number> {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const spec = { holderIdentity: 'dead', leaseDurationSeconds: CONCEPT_ELECTION.leaseMs / 1000, leaseTransitions: 0 };
  const held = await client.create(leases, { metadata: { ...lease }, spec });
  const stop = new AbortController();
  let leads = false;
  const lead = (signal: AbortSignal) => {
    leads = true;
    return aborted(signal);
  };
  const elector = createLeaderElector({ client, clock, log: silentLogger, lease, identity: 'next', random: () => 1, ...CONCEPT_ELECTION });
  const running = elector.run(stop.signal, lead);
  await clock.advance(renewedAfterMs);
  await client.update(leases, { ...held, spec: { ...spec, leaseTransitions: 1 } });
  const renewed = clock.monotonic();
  while (!leads && clock.monotonic() - renewed < 60_000) await clock.advance(STEP_MS);
  stop.abort();
  await running;
  return clock.monotonic() - renewed;
}

it('a leader that dies is replaced in 10 to 15 s, whenever it renewed its Lease last', async () => {
  for (let after = 0; after < 3_000; after += STEP_MS) {
    const took = await takeover(after);
    expect(took).toBeGreaterThanOrEqual(CONCEPT_ELECTION.leaseMs);
    expect(took).toBeLessThan(15_000);
  }
});
