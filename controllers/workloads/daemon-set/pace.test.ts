import { describe, expect, it } from '@jest/globals';
import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { createPace } from './pace.ts';

const key: ObjectKey = { namespace: 'default', name: 'log' };
const context = { signal: new AbortController().signal, log: silentLogger };

const setOn = (nodes: number): Live<DaemonSet> => ({
  metadata: { ...key, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-11-26T00:00:00Z' },
  status: { currentNumberScheduled: 0, desiredNumberScheduled: nodes, numberMisscheduled: 0, numberReady: 0 },
});

describe('the pace of a DaemonSet on many nodes', () => {
  const clock = createFakeClock();
  const set = setOn(500);
  let shown: Live<DaemonSet> | undefined = set;
  const pace = createPace(clock, { get: () => shown });
  const round = pace.paced(async () => DONE);

  it('acts at once on the first change after a rest, and shares a round among those that follow it', async () => {
    expect(pace.delayMs(set)).toBe(0);
    await round(key, context);
    expect(pace.delayMs(set)).toBe(50);
    await clock.advance(30);
    expect(pace.delayMs(set)).toBe(20);
    await clock.advance(30);
    expect(pace.delayMs(set)).toBe(0);
  });

  it('counts a round that failed', async () => {
    const failing = pace.paced(() => Promise.reject(new Error('refused')));
    await expect(failing(key, context)).rejects.toThrow('refused');
    expect(pace.delayMs(set)).toBe(50);
  });

  it('is none for a set on a few nodes, and half a second at most', async () => {
    await round(key, context);
    expect(pace.delayMs(setOn(9))).toBe(0);
    expect(pace.delayMs(setOn(100_000))).toBe(500);
  });

  it('forgets a set that is gone', async () => {
    shown = undefined;
    await round(key, context);
    expect(pace.delayMs(set)).toBe(0);
  });
});
