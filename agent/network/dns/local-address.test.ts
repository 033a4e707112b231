import { expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { keepLocalAddress } from './local-address.ts';

it('puts the address back when another program took it away, also if the kernel refuses at first', async () => {
  const clock = createFakeClock();
  const addresses = new Set(['10.96.0.10']);
  let refusals = 1;
  const table = {
    has: (address: string) => addresses.has(address),
    async add(address: string) {
      if (refusals-- > 0) throw new Error('RTNETLINK answers: No buffer space available');
      addresses.add(address);
    },
  };
  const abort = new AbortController();
  const running = keepLocalAddress({ address: '10.96.0.10', log: silentLogger, clock, table }, abort.signal);
  await clock.advance(30_000);
  expect(refusals).toBe(1);
  addresses.clear();
  await clock.advance(30_000);
  expect([refusals, addresses.size]).toEqual([0, 0]);
  await clock.advance(30_000);
  expect([...addresses]).toEqual(['10.96.0.10']);
  abort.abort();
  await running;
  expect(clock.pending()).toBe(0);
});
