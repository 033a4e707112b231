import { describe, expect, it } from '@jest/globals';
import type { NodeReadings, Reading } from './exposition.ts';
import { podUsage, usageBetween } from './usage.ts';

const T = 1_767_268_800_000;
const at = (time: number, cpuNanoseconds: number, startedAt: number | undefined = T - 3_600_000): Reading => ({
  time,
  cpuNanoseconds,
  memoryBytes: 4096,
  startedAt,
});

describe('usage', () => {
  it('is the rate between two readings', () => {
    const usage = { cpuNanocores: 250_000_000, memoryBytes: 4096, time: T + 15_000, windowMs: 15_000 };
    expect(usageBetween(at(T, 1e9), at(T + 15_000, 1e9 + 3.75e9))).toEqual(usage);
  });

  it.each([
    ['without an earlier reading', undefined, at(T, 1e9)],
    ['if the reading is the same', at(T, 1e9), at(T, 1e9)],
    ['if the counter has fallen', at(T, 2e9), at(T + 15_000, 1e9)],
    ['of a container that has just started', undefined, at(T, 1e9, T - 9_000)],
    ['of a container that has started a while ago, and was not read', undefined, at(T, 1e9, T - 121_000)],
    ['if it is not known when a container has started', undefined, at(T, 1e9, undefined)],
  ])('is not known %s', (_, before, now) => {
    expect(usageBetween(before, now)).toBeUndefined();
  });

  it('of a container that was started between the readings counts from its start', () => {
    expect(usageBetween(at(T, 9e9), at(T + 30_000, 2e9, T + 10_000))).toMatchObject({ cpuNanocores: 100_000_000, windowMs: 20_000 });
    expect(usageBetween(undefined, at(T + 30_000, 2e9, T + 10_000))).toMatchObject({ windowMs: 20_000 });
  });
});

describe('the usage of a pod', () => {
  const readings = (containers: Record<string, Reading>): NodeReadings => ({
    node: undefined,
    pods: new Map([['a/p', new Map(Object.entries(containers))]]),
  });

  it('is that of its containers, by name, over the time of the earliest', () => {
    const before = readings({ web: at(T, 0), proxy: at(T - 1000, 0) });
    const now = readings({ web: at(T + 10_000, 1e9), proxy: at(T + 9_000, 1e9) });
    expect(podUsage({ before, now }, 'a/p')).toEqual({
      time: T + 9_000,
      windowMs: 10_000,
      containers: [
        { name: 'proxy', usage: expect.objectContaining({ cpuNanocores: 100_000_000 }) },
        { name: 'web', usage: expect.objectContaining({ cpuNanocores: 100_000_000 }) },
      ],
    });
  });

  it('is not known unless it is of each container, nor of a pod that the node does not name', () => {
    const before = readings({ web: at(T, 0) });
    const now = readings({ web: at(T + 10_000, 1e9), proxy: at(T + 9_000, 1e9) });
    expect(podUsage({ before, now }, 'a/p')).toBeUndefined();
    expect(podUsage({ before, now }, 'a/q')).toBeUndefined();
  });
});
