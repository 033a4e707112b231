import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createSimulatedRuntime } from '../simulated/simulated-runtime.ts';
import { watchExits } from './exit-watch.ts';
import { createRuntimeCache } from './runtime-cache.ts';

describe('the stream of exits', () => {
  it('that breaks for ever is opened again ever more seldom, and told of once', async () => {
    const clock = createFakeClock();
    const opened: number[] = [];
    const start = clock.monotonic();
    const runtime = {
      ...createSimulatedRuntime({ clock, podAddress: () => '10.128.0.1' }),
      watchExits: async () => {
        opened.push(clock.monotonic() - start);
        throw new Error('no');
      },
    };
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const stop = new AbortController();
    const watching = watchExits(
      runtime,
      createRuntimeCache(runtime, () => {}),
      clock,
      log,
      stop.signal,
    );
    await clock.settle();
    for (let second = 0; second < 40; second++) await clock.advance(500);
    stop.abort();
    await watching;
    expect(opened).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500]);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['the stream of exits broke: exits show at the next look at the runtime']);
  });
});
