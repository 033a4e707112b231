import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { aPod } from '../contract/pods.fixture.ts';
import type { EndRequest } from '../pod/worker/pod-state.ts';
import { shutdownSignal } from './logind.ts';
import { runNodeShutdown } from './node-shutdown.ts';
import { periodsOf, shutdownPhases } from './shutdown-plan.ts';

const SETTINGS = periodsOf(30, 10);
const named = (uid: string, spec = {}) => aPod(spec, { uid, name: uid });
const CRITICAL = { priority: 2_000_001_000 };

describe('the phases of a shutdown', () => {
  it('end ordinary pods before critical ones, each within its own grace period and that of its phase', () => {
    const pods = [
      named('late', CRITICAL),
      named('quick', { terminationGracePeriodSeconds: 5 }),
      named('slow', { terminationGracePeriodSeconds: 600 }),
    ];
    const shown = shutdownPhases(pods, SETTINGS).map((phase) => [
      phase.seconds,
      ...phase.pods.map(({ pod, graceSeconds }) => `${pod.metadata.name} ${graceSeconds}`),
    ]);
    expect(shown).toEqual([
      [20, 'quick 5', 'slow 20'],
      [10, 'late 10'],
    ]);
  });

  it('go by priority where it is told so, and one below the lowest ends with the lowest', () => {
    const periods = [
      { priority: 10, seconds: 60 },
      { priority: 1000, seconds: 20 },
      { priority: 2000, seconds: 5 },
    ];
    const pods = [0, 10, 999, 1000, 1999, 2000, 5000].map((priority) => named(`p${priority}`, { priority }));
    expect(shutdownPhases(pods, periods).map((phase) => [phase.seconds, ...phase.pods.map(({ pod }) => pod.metadata.name)])).toEqual([
      [60, 'p0', 'p10', 'p999'],
      [20, 'p1000', 'p1999'],
      [5, 'p2000', 'p5000'],
    ]);
  });

  it('are none without pods', () => {
    expect(shutdownPhases([], SETTINGS)).toEqual([]);
  });
});

describe('a line of the monitor', () => {
  it.each([
    ['{"type":"signal","member":"PrepareForShutdown","payload":{"type":"b","data":[true]}}', true],
    ['{"type":"signal","member":"PrepareForShutdown","payload":{"type":"b","data":[false]}}', false],
    ['{"type":"signal","member":"PrepareForSleep","payload":{"type":"b","data":[true]}}', undefined],
    ['Monitoring bus message stream.', undefined],
  ])('%s', (line, expected) => expect(shutdownSignal(line)).toBe(expected));
});

describe('a shutdown of the machine', () => {
  async function setup() {
    const clock = createFakeClock();
    const stop = new AbortController();
    const over = new Set<string>();
    const ended: [string, EndRequest][] = [];
    const told: string[] = [];
    let tell = (_begins: boolean) => {};
    const state = { isShuttingDown: false };
    const source = {
      delay: async (seconds: number) => {
        told.push(`delay ${seconds}`);
        return () => void told.push('release');
      },
      watch: (onChange: (begins: boolean) => void, signal: AbortSignal) => {
        tell = onChange;
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      },
      restore: async () => void told.push('restore'),
    };
    const pods = {
      active: () => [named('web'), named('dns', CRITICAL)],
      isOver: (uid: string) => over.has(uid),
      evict: (uid: string, request: EndRequest) => void ended.push([uid, request]),
    };
    const running = runNodeShutdown(
      { settings: SETTINGS, source, pods, state, onChange: () => told.push('changed'), clock, log: silentLogger },
      stop.signal,
    );
    await clock.settle();
    return { clock, over, ended, told, state, tell: (begins: boolean) => tell(begins), stop, running };
  }

  it('is held up until pods have ended, critical ones last', async () => {
    const { clock, over, ended, told, state, tell, stop, running } = await setup();
    expect(told).toEqual(['delay 30']);
    tell(true);
    await clock.settle();
    expect(state.isShuttingDown).toBe(true);
    expect(ended).toEqual([
      [
        'web',
        {
          graceSeconds: 20,
          failure: { reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.', isDisruption: true },
        },
      ],
    ]);
    over.add('web');
    await clock.advance(100);
    expect(ended.map(([uid, { graceSeconds }]) => [uid, graceSeconds])).toEqual([
      ['web', 20],
      ['dns', 10],
    ]);
    expect(told).not.toContain('release');
    await clock.advance(10_100);
    expect(told).toEqual(['delay 30', 'changed', 'release']);
    stop.abort();
    await running;
    expect(told.at(-1)).toBe('restore');
  });

  it('that is cancelled makes the node ready again', async () => {
    const { clock, told, state, tell, stop, running } = await setup();
    tell(true);
    await clock.settle();
    tell(false);
    await clock.settle();
    expect(state.isShuttingDown).toBe(false);
    expect(told.filter((text) => text === 'changed')).toHaveLength(2);
    stop.abort();
    await clock.settle();
    await running;
  });
});
