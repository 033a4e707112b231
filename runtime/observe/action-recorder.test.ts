import { afterEach, describe, expect, it } from '@jest/globals';
import type { EventsEvent } from '../../api/kinds/events/event.ts';
import { eventsEvents } from '../../api/kinds/events/event.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import { createActionSink } from './action-recorder.ts';

const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '7' },
});

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

function harness() {
  const clock = createFakeClock(Date.UTC(2026, 0, 1, 12));
  const client = createMemoryClient(clock);
  const stop = new AbortController();
  stops.push(stop);
  const sink = createActionSink({ client, clock, log: silentLogger, signal: stop.signal, host: 'machine' });
  const recorder = sink.recorder('default-scheduler');
  const written = async (): Promise<readonly EventsEvent[]> => {
    await sink.idle();
    return (await client.list(eventsEvents)).items;
  };
  const failed = (note: string, name = 'a') => recorder.event(pod(name), 'Warning', 'FailedScheduling', note, { action: 'Scheduling' });
  const writes = () => client.calls.filter((call) => /^(create|patch) events/.test(call)).length;
  return { clock, client, recorder, written, failed, writes };
}

describe('the recorder of actions', () => {
  it('writes an event of events.k8s.io/v1 with its action, reporter, time and the objects that it is about', async () => {
    const { recorder, written } = harness();
    recorder.event(pod('victim'), 'Normal', 'Preempted', 'Preempted by pod x', { action: 'Preempting', related: pod('x') });
    const [event] = await written();
    expect(event).toMatchObject({
      eventTime: '2026-01-01T12:00:00.000000Z',
      reportingController: 'default-scheduler',
      reportingInstance: 'default-scheduler-machine',
      action: 'Preempting',
      reason: 'Preempted',
      regarding: { kind: 'Pod', namespace: 'default', name: 'victim', uid: 'uid-victim', apiVersion: 'v1', resourceVersion: '7' },
      related: { name: 'x', uid: 'uid-x' },
      note: 'Preempted by pod x',
      type: 'Normal',
    });
    // Those are for core/v1: kubectl sorts by the second of them, so that what has none comes first.
    expect([event?.deprecatedFirstTimestamp, event?.deprecatedLastTimestamp, event?.deprecatedCount]).toEqual([undefined, undefined, undefined]);
    expect(event?.metadata?.name).toMatch(/^victim\.[0-9a-f]{16}$/);
  });

  it('makes a series of an event that comes again, counts on, and writes the count when it has ended', async () => {
    const { clock, written, failed, writes } = harness();
    failed('0/1 nodes are available');
    await written();
    await clock.advance(60_000);
    failed('0/2 nodes are available');
    const series = { count: 2, lastObservedTime: '2026-01-01T12:01:00.000000Z' };
    expect(await written()).toMatchObject([{ note: '0/1 nodes are available', eventTime: '2026-01-01T12:00:00.000000Z', series }]);
    for (let i = 0; i < 3; i++) failed('0/2 nodes are available');
    expect(await written()).toMatchObject([{ series }]);
    expect(writes()).toBe(2);
    await clock.advance(12 * 60_000);
    expect(await written()).toMatchObject([{ series: { count: 5, lastObservedTime: '2026-01-01T12:01:00.000000Z' } }]);
    failed('0/3 nodes are available');
    expect((await written()).map(({ note, series }) => [note, series?.count])).toEqual([
      ['0/1 nodes are available', 5],
      ['0/3 nodes are available', undefined],
    ]);
  });

  it('writes a series that goes on every half hour, and anew if the server has dropped it', async () => {
    const { clock, client, written, failed } = harness();
    for (let minute = 0; minute < 29; minute++) {
      failed('no node');
      await clock.advance(60_000);
    }
    expect((await written())[0]?.series?.count).toBe(2);
    await client.deleteCollection(eventsEvents);
    await clock.advance(90_000);
    expect(await written()).toMatchObject([{ note: 'no node', series: { count: 29 } }]);
  });

  it('keeps objects apart', async () => {
    const { written, failed } = harness();
    failed('no node', 'a');
    failed('no node', 'b');
    expect((await written()).map(({ regarding, series }) => [regarding?.name, series])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
  });
});
