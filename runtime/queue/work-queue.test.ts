import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { ObjectKey } from '../../api/meta/object.ts';
import { keyText, parseKey } from '../../api/meta/object.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { Result } from './result.ts';
import { DONE, TerminalError } from './result.ts';
import type { WorkItem } from './work-queue.ts';
import { createWorkQueue } from './work-queue.ts';

/** A queue with helpers: each lane notes its starts, and its keys end when the test says so. */
function harness() {
  const clock = createFakeClock();
  const registry = new Registry();
  const queue = createWorkQueue({ clock, registry });
  const stop = new AbortController();
  const started: string[] = [];
  const pending = new Map<string, { resolve: (result: Result) => void; reject: (error: unknown) => void }>();
  const retries: (number | undefined)[] = [];
  const lane = (name: string, concurrency = 1, process?: (item: WorkItem) => Promise<Result>) =>
    queue.lane({
      name,
      concurrency,
      process: (item) => {
        started.push(`${name} ${keyText(item.key)}`);
        if (process) return process(item);
        return new Promise((resolve, reject) => pending.set(`${name} ${keyText(item.key)}`, { resolve, reject }));
      },
      onError: (_item, _error, retryInMs) => retries.push(retryInMs),
    });
  const end = async (id: string, result: Result | Error = DONE) => {
    const flight = pending.get(id)!;
    pending.delete(id);
    if (result instanceof Error) flight.reject(result);
    else flight.resolve(result);
    await clock.settle();
  };
  const run = queue.run(stop.signal);
  return { clock, registry, queue, lane, started, end, retries, stop, run, pending };
}

const key = (text: string): ObjectKey => parseKey(text);

describe('the work queue', () => {
  it('never works on one key twice at once, and works on a key added meanwhile once more', async () => {
    const { clock, lane, started, end } = harness();
    const a = lane('a', 5);
    a.open();
    a.add(key('ns/x'));
    await clock.settle();
    a.add(key('ns/x'));
    a.add(key('ns/x'));
    await clock.settle();
    expect(started).toEqual(['a ns/x']);
    await end('a ns/x');
    expect(started).toEqual(['a ns/x', 'a ns/x']);
    await end('a ns/x');
    expect(started).toHaveLength(2);
    expect([a.ready, a.waiting, a.inFlight]).toEqual([0, 0, 0]);
  });

  it('keeps each lane within its concurrency', async () => {
    const { clock, lane, started, end } = harness();
    const a = lane('a', 2);
    a.open();
    for (const name of ['1', '2', '3']) a.add(key(name));
    await clock.settle();
    expect(started).toEqual(['a 1', 'a 2']);
    expect([a.ready, a.inFlight]).toEqual([1, 2]);
    await end('a 1');
    expect(started).toEqual(['a 1', 'a 2', 'a 3']);
  });

  it('serves lanes in turn, however long one of them is', async () => {
    const { clock, lane, started, pending } = harness();
    const a = lane('a', 3);
    const b = lane('b', 3);
    for (const name of ['1', '2', '3']) a.add(key(name));
    for (const name of ['1', '2', '3']) b.add(key(name));
    a.open();
    b.open();
    await clock.settle();
    expect(started.slice(0, 4).map((text) => text[0])).toEqual(['a', 'b', 'a', 'b']);
    expect(pending.size).toBe(6);
  });

  it('lets the earliest due time win', async () => {
    const { clock, lane, started } = harness();
    const a = lane('a');
    a.open();
    a.add(key('x'), { afterMs: 1000 });
    a.add(key('x'), { afterMs: 300 });
    a.add(key('x'), { afterMs: 5000 });
    await clock.advance(299);
    expect(started).toEqual([]);
    expect(a.waiting).toBe(1);
    await clock.advance(1);
    expect(started).toEqual(['a x']);
  });

  it('drops the later times once the earliest has been served', async () => {
    const { clock, lane, started } = harness();
    const a = lane('a', 1, async () => DONE);
    a.open();
    a.add(key('x'), { afterMs: 1000 });
    a.add(key('x'));
    await clock.advance(5000);
    expect(started).toEqual(['a x']);
  });

  it('comes back after the time that a result asks for', async () => {
    const { clock, lane, started, end } = harness();
    const a = lane('a');
    a.open();
    a.add(key('x'));
    await clock.settle();
    await end('a x', { requeueAfterMs: 700 });
    await clock.advance(699);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    expect(started).toHaveLength(2);
  });

  it('backs off from 5 ms doubling to 1000 s, for ever, and forgets on success', async () => {
    const { clock, lane, retries } = harness();
    let fail = true;
    const a = lane('a', 1, async () => {
      if (fail) throw new Error('no');
      return DONE;
    });
    a.open();
    a.add(key('x'));
    await clock.settle();
    for (let round = 0; round < 24; round++) await clock.advance(1_000_000);
    expect(retries.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(retries.at(-1)).toBe(1_000_000);
    expect(retries.length).toBeGreaterThan(20);
    fail = false;
    await clock.advance(1_000_000);
    fail = true;
    a.add(key('x'));
    await clock.settle();
    expect(retries.at(-1)).toBe(5);
  });

  it('tries a key that is added while it backs off at once, and does not put it off for that', async () => {
    const { clock, lane, started, retries } = harness();
    const a = lane('a', 1, async () => {
      throw new Error('no');
    });
    a.open();
    a.add(key('x'));
    await clock.settle();
    for (let events = 0; events < 4; events++) {
      await clock.advance(1);
      a.add(key('x'));
      await clock.settle();
    }
    expect(retries).toEqual([5, 4, 3, 2, 1]);
    await clock.advance(1);
    expect(started).toHaveLength(6);
    expect(retries.at(-1)).toBe(10);
  });

  it('does not retry a terminal error', async () => {
    const { clock, lane, started, retries } = harness();
    const a = lane('a', 1, async () => {
      throw new TerminalError('never');
    });
    a.open();
    a.add(key('x'));
    await clock.advance(10_000_000);
    expect(started).toEqual(['a x']);
    expect(retries).toEqual([undefined]);
  });

  it('works on low-priority keys after the normal ones, and lifts a low key that is added as normal', async () => {
    const { clock, lane, started, end } = harness();
    const a = lane('a');
    a.add(key('low1'), { priority: 'low' });
    a.add(key('low2'), { priority: 'low' });
    a.add(key('low3'), { priority: 'low' });
    a.add(key('normal'));
    a.add(key('low3'));
    a.open();
    await clock.settle();
    for (const name of ['normal', 'low3', 'low1', 'low2']) await end(`a ${name}`);
    expect(started).toEqual(['a normal', 'a low3', 'a low1', 'a low2']);
  });

  it('does not start a lane before it is opened', async () => {
    const { clock, lane, started } = harness();
    const a = lane('a');
    a.add(key('x'));
    await clock.advance(1000);
    expect(started).toEqual([]);
    a.open();
    await clock.settle();
    expect(started).toEqual(['a x']);
  });

  it('takes no key after the stop, and ends when the last flight has ended', async () => {
    const { clock, lane, started, end, stop, run } = harness();
    const a = lane('a');
    a.open();
    a.add(key('x'));
    a.add(key('y'));
    await clock.settle();
    let over = false;
    void run.then(() => {
      over = true;
    });
    stop.abort();
    await clock.settle();
    expect(over).toBe(false);
    await end('a x');
    await run;
    expect(started).toEqual(['a x']);
  });

  it('gives the event loop its turn while keys keep coming', async () => {
    const registry = new Registry();
    let time = 0;
    // Every look at the clock costs a millisecond.
    const clock = { now: () => time, monotonic: () => time++, after: () => () => {} };
    const queue = createWorkQueue({ clock, registry });
    let worked = 0;
    const lane = queue.lane({
      name: 'a',
      concurrency: 1,
      process: async () => {
        worked++;
        return DONE;
      },
      onError: () => {},
    });
    lane.open();
    const stop = new AbortController();
    const run = queue.run(stop.signal);
    for (let n = 0; n < 200; n++) lane.add(key(`k${n}`));
    const turns: number[] = [];
    while (worked < 200) {
      await new Promise((resolve) => setImmediate(resolve));
      turns.push(worked);
    }
    expect(turns.length).toBeGreaterThan(10);
    stop.abort();
    await run;
  });

  it('reports each lane under upstream’s metric names, seeded at zero', async () => {
    const { clock, registry, lane, end } = harness();
    const a = lane('a');
    const value = async (name: string) => (await registry.metrics()).split('\n').find((line) => line.startsWith(`${name}{name="a"`));
    expect(await value('workqueue_adds_total')).toBe('workqueue_adds_total{name="a"} 0');
    expect(await value('workqueue_depth')).toBe('workqueue_depth{name="a"} 0');
    expect(await value('workqueue_retries_total')).toBe('workqueue_retries_total{name="a"} 0');
    a.add(key('x'));
    a.add(key('y'));
    a.open();
    await clock.advance(2000);
    expect(await value('workqueue_depth')).toBe('workqueue_depth{name="a"} 1');
    expect(await value('workqueue_adds_total')).toBe('workqueue_adds_total{name="a"} 2');
    expect(await value('workqueue_longest_running_processor_seconds')).toBe('workqueue_longest_running_processor_seconds{name="a"} 2');
    expect(await value('workqueue_unfinished_work_seconds')).toBe('workqueue_unfinished_work_seconds{name="a"} 2');
    await end('a x', new Error('no'));
    expect(await value('workqueue_retries_total')).toBe('workqueue_retries_total{name="a"} 1');
    expect((await registry.metrics()).includes('workqueue_work_duration_seconds_sum{name="a"} 2')).toBe(true);
    expect((await registry.metrics()).includes('workqueue_queue_duration_seconds_count{name="a"} 2')).toBe(true);
  });
});
