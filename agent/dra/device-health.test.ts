import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createDeviceHealthTable } from './device-health.ts';
import { HEALTH } from './messages.ts';
import type { HealthReport } from './plugin-client.ts';

const told = (device_name: string, health: number, more: { message?: string; seconds?: number } = {}): HealthReport[number] => ({
  device: { pool_name: 'p', device_name },
  health,
  message: more.message ?? '',
  health_check_timeout_seconds: more.seconds ?? 0,
  last_updated_time: 0,
});
const id = (device: string) => ({ pool: 'p', device });

/** A table on a clock that stands still until it is moved. */
const aTable = () => {
  const clock = createFakeClock();
  return { clock, table: createDeviceHealthTable(clock) };
};

describe('the health of a device', () => {
  it('is unknown until its driver reports it, and then what the driver says', () => {
    const { table } = aTable();
    expect(table.of('d', id('a'))).toMatchObject({ health: 'Unknown', message: '' });
    table.report('d', [told('a', HEALTH.HEALTHY), told('b', HEALTH.UNHEALTHY, { message: 'hot' }), told('c', 7)]);
    expect(['a', 'b', 'c'].map((device) => table.of('d', id(device)).health)).toEqual(['Healthy', 'Unhealthy', 'Unknown']);
    expect(table.of('d', id('b')).message).toBe('hot');
    expect(table.of('other', id('a')).health).toBe('Unknown');
  });

  it('has changed if its state, its message or its time is another', () => {
    const { table } = aTable();
    const report = (...entry: Parameters<typeof told>) => table.report('d', [told(...entry)]).map(({ device }) => device);
    expect(report('a', HEALTH.HEALTHY)).toEqual(['a']);
    expect(report('a', HEALTH.HEALTHY)).toEqual([]);
    expect(report('a', HEALTH.HEALTHY, { message: 'm' })).toEqual(['a']);
    expect(report('a', HEALTH.HEALTHY, { message: 'm', seconds: 60 })).toEqual(['a']);
    expect(report('a', HEALTH.UNHEALTHY, { message: 'm', seconds: 60 })).toEqual(['a']);
  });

  it.each([
    ['half a minute', 0, 30_000],
    ['half a minute, whatever negative time its driver names', -5, 30_000],
    ['the time that its driver names', 90, 90_000],
  ])('is unknown again after %s', async (_, seconds, ms) => {
    const { table, clock } = aTable();
    table.report('d', [told('a', HEALTH.UNHEALTHY, { message: 'hot', seconds })]);
    await clock.advance(ms);
    expect(table.of('d', id('a')).health).toBe('Unhealthy');
    expect(table.expire().get('d')).toEqual([]);
    await clock.advance(1);
    expect(table.of('d', id('a'))).toMatchObject({ health: 'Unknown', message: '' });
    expect(table.expire().get('d')).toEqual([id('a')]);
    expect(table.expire().get('d')).toEqual([]);
  });

  it('is looked at with every report of the driver, of devices that it leaves out too', async () => {
    const { table, clock } = aTable();
    table.report('d', [told('a', HEALTH.HEALTHY), told('b', HEALTH.HEALTHY)]);
    await clock.advance(30_001);
    expect(table.report('d', [told('b', HEALTH.HEALTHY)])).toEqual([id('a')]);
  });

  it('is forgotten with its driver', () => {
    const { table } = aTable();
    table.report('d', [told('a', HEALTH.HEALTHY)]);
    expect(table.forget('d')).toEqual([id('a')]);
    expect(table.of('d', id('a')).health).toBe('Unknown');
    expect(table.forget('d')).toEqual([]);
  });

  it('is told with at most 1024 characters', () => {
    const { table } = aTable();
    table.report('d', [told('a', HEALTH.UNHEALTHY, { message: 'x'.repeat(1024) }), told('b', HEALTH.UNHEALTHY, { message: 'x'.repeat(1025) })]);
    expect(table.of('d', id('a')).message).toBe('x'.repeat(1024));
    expect(table.of('d', id('b')).message).toBe(`${'x'.repeat(1021)}...`);
  });
});
