import { describe, expect, it } from '@jest/globals';
import { nodeConditions } from './node-conditions.ts';

const well = { memoryPressure: false, diskPressure: false, pidPressure: false, problems: [] };
const now = Date.UTC(2026, 0, 1);
const later = now + 60_000;

describe('the conditions of a node', () => {
  it('that is well have the reasons that monitoring knows', () => {
    const { conditions, events } = nodeConditions(well, [], now);
    expect(conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
      'MemoryPressure=False KubeletHasSufficientMemory',
      'DiskPressure=False KubeletHasNoDiskPressure',
      'PIDPressure=False KubeletHasSufficientPID',
      'Ready=True KubeletReady',
    ]);
    expect(events).toEqual(['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady']);
  });

  it('say why it is not ready', () => {
    const ready = (problems: string[]) => nodeConditions({ ...well, problems }, [], now).conditions.at(-1);
    expect(ready(['container runtime is down'])).toMatchObject({ status: 'False', reason: 'KubeletNotReady', message: 'container runtime is down' });
    expect(ready(['a', 'b'])?.message).toBe('[a, b]');
  });

  it('change their time with their status only, and are worth an event then', () => {
    const first = nodeConditions(well, [], now).conditions;
    const second = nodeConditions({ ...well, diskPressure: true }, first, later);
    expect(second.events).toEqual(['NodeHasDiskPressure']);
    const times = Object.fromEntries(second.conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
    expect(times).toMatchObject({ Ready: '2026-01-01T00:00:00Z', DiskPressure: '2026-01-01T00:01:00Z' });
    expect(second.conditions.every(({ lastHeartbeatTime }) => lastHeartbeatTime === '2026-01-01T00:01:00Z')).toBe(true);
  });

  it('leave those of others alone', () => {
    const other = { type: 'NetworkUnavailable', status: 'False' };
    expect(nodeConditions(well, [other], now).conditions).toContain(other);
  });
});
