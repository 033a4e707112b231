import { describe, expect, it } from '@jest/globals';
import type { Event } from '../../api/kinds/core/event.ts';
import { events } from '../../api/kinds/core/event.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import { createEventSink } from './event-recorder.ts';

const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '7' },
});

function harness() {
  const clock = createFakeClock(Date.UTC(2026, 0, 1, 12));
  const client = createMemoryClient(clock);
  const stop = new AbortController();
  const sink = createEventSink({ client, clock, log: silentLogger, signal: stop.signal });
  const written = async (): Promise<readonly Event[]> => {
    await sink.idle();
    return (await client.list(events)).items;
  };
  return { clock, client, sink, recorder: sink.recorder('test-controller'), written, stop };
}

describe('the event recorder', () => {
  it('writes a core/v1 event with its source, times and the object it is about', async () => {
    const { recorder, written } = harness();
    recorder.event(pod('a'), 'Normal', 'Started', 'It runs');
    const [event] = await written();
    expect(event).toMatchObject({
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'a', uid: 'uid-a', apiVersion: 'v1', resourceVersion: '7' },
      reason: 'Started',
      message: 'It runs',
      type: 'Normal',
      source: { component: 'test-controller' },
      reportingComponent: 'test-controller',
      firstTimestamp: '2026-01-01T12:00:00Z',
      lastTimestamp: '2026-01-01T12:00:00Z',
      count: 1,
    });
    expect(event?.metadata.name).toMatch(/^a\.[0-9a-f]{16}$/);
    expect(event?.metadata.namespace).toBe('default');
  });

  it('puts events on cluster-scoped objects into the default namespace', async () => {
    const { recorder, written } = harness();
    recorder.event({ kind: 'Node', metadata: { name: 'n', uid: 'u' } }, 'Normal', 'R', 'm');
    expect((await written())[0]?.metadata.namespace).toBe('default');
  });

  it('counts up a repeated event instead of writing it again', async () => {
    const { clock, recorder, written } = harness();
    recorder.event(pod('a'), 'Warning', 'Failed', 'same');
    await written();
    await clock.advance(60_000);
    recorder.event(pod('a'), 'Warning', 'Failed', 'same');
    expect(await written()).toHaveLength(1);
    expect((await written())[0]).toMatchObject({ count: 2, firstTimestamp: '2026-01-01T12:00:00Z', lastTimestamp: '2026-01-01T12:01:00Z' });
  });

  it('keeps events on two containers of a pod apart, though they say the same', async () => {
    const { recorder, written } = harness();
    recorder.event(pod('a'), 'Normal', 'Started', 'Container started', 'spec.containers{web}');
    recorder.event(pod('a'), 'Normal', 'Started', 'Container started', 'spec.containers{log}');
    const paths = (await written()).map(({ involvedObject, count }) => [involvedObject.fieldPath, count]);
    expect(paths.sort()).toEqual([
      ['spec.containers{log}', 1],
      ['spec.containers{web}', 1],
    ]);
  });

  it('writes the event again when the one to count up is gone', async () => {
    const { client, recorder, written } = harness();
    recorder.event(pod('a'), 'Normal', 'R', 'same');
    await written();
    await client.deleteCollection(events);
    recorder.event(pod('a'), 'Normal', 'R', 'same');
    expect(await written()).toMatchObject([{ count: 2 }]);
  });

  it('combines similar events from the tenth different message within ten minutes on', async () => {
    const { recorder, written } = harness();
    for (let n = 1; n <= 12; n++) recorder.event(pod('a'), 'Normal', 'Scaled', `to ${n}`);
    const all = await written();
    expect(all.map((event) => event.message)).toEqual([
      ...Array.from({ length: 9 }, (_, n) => `to ${n + 1}`),
      '(combined from similar events): to 12',
    ]);
    expect(all.at(-1)?.count).toBe(3);
  });

  it('does not combine what is more than ten minutes apart', async () => {
    const { clock, recorder, written } = harness();
    for (let n = 1; n <= 12; n++) {
      recorder.event(pod('a'), 'Normal', 'Scaled', `to ${n}`);
      await clock.advance(601_000);
    }
    expect((await written()).every((event) => !event.message?.startsWith('(combined'))).toBe(true);
  });

  it('lets 25 events of one source and object through at once, then one in five minutes', async () => {
    const { clock, client, recorder, written } = harness();
    const writes = () => client.calls.filter((call) => /^(create|patch) events/.test(call)).length;
    for (let n = 0; n < 40; n++) recorder.event(pod('a'), 'Normal', 'Same', 'same');
    await written();
    expect(writes()).toBe(25);
    recorder.event(pod('b'), 'Normal', 'Same', 'same');
    await written();
    expect(writes()).toBe(26);
    await clock.advance(300_000);
    for (let n = 0; n < 5; n++) recorder.event(pod('a'), 'Normal', 'Same', 'same');
    await written();
    expect(writes()).toBe(27);
  });

  it('tries again when the server cannot be reached, and counts the event once', async () => {
    const { clock, client, recorder, written } = harness();
    client.failNext('create events', new Error('connection refused'));
    recorder.event(pod('a'), 'Normal', 'R', 'm');
    await clock.advance(20_000);
    expect(await written()).toMatchObject([{ count: 1 }]);
  });

  it('drops what the server refuses, without throwing', async () => {
    const { client, recorder, written } = harness();
    client.failNext('create events', errors.forbidden(events, 'a', 'the namespace is being terminated'));
    recorder.event(pod('a'), 'Normal', 'R', 'm');
    expect(await written()).toEqual([]);
  });
});
