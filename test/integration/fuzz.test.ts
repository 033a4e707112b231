import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { campaign, prepare } from '../fuzz/campaign.ts';
import { KNOWN_FAULTS } from '../fuzz/known-faults.ts';
import { requestText } from '../fuzz/request.ts';
import type { Target } from '../fuzz/target.ts';
import { startTarget } from '../fuzz/target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
  await prepare(target);
});
afterAll(() => target.stop());

describe('a request that once harmed the server', () => {
  // Seconds would be the fault again; how many milliseconds it takes is the machine's.
  const MAX_TURN_MS = 5_000;
  it.each(KNOWN_FAULTS)('$name', async ({ request, right }) => {
    const outcome = await target.send(request);
    expect(right).toContain(outcome.kind === 'answer' ? outcome.status : outcome);
    expect(await target.longestTurn()).toBeLessThan(MAX_TURN_MS);
    expect(target.ended()).toBeUndefined();
  });
});

describe('random requests', () => {
  it('do not crash the server, break its answers or show its insides', async () => {
    const failures: string[] = [];
    for await (const { index, fault, request } of campaign(target, 6, 400)) {
      // A turn of the loop is judged by the long runs, on a machine that does nothing else.
      if (!fault.startsWith('the event loop')) failures.push(`request ${index}: ${fault}\n${requestText(request)}`);
    }
    expect(failures).toEqual([]);
  });
});
