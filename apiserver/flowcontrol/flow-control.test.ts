import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PriorityLevelConfigurationSpec } from '../../api/kinds/flowcontrol/priority-level-configuration/schema.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { FlowCounts } from './flow-counts.ts';
import type { Occupied, Outcome, SeatMarket } from './priority-level.ts';
import { PriorityLevel } from './priority-level.ts';
import { seatLimits } from './seats.ts';

const silent = { wait: () => () => {}, execution: () => () => {}, queueLength: () => () => {} };
const limited = (nominalConcurrencyShares: number, more: object = {}, queuing?: { queues: number; handSize: number; queueLengthLimit: number }) =>
  ({
    type: 'Limited',
    limited: { nominalConcurrencyShares, limitResponse: queuing ? { type: 'Queue', queuing } : { type: 'Reject' }, ...more },
  }) satisfies PriorityLevelConfigurationSpec;

let clock: FakeClock;
let levels: Map<string, PriorityLevel>;
const market: SeatMarket = {
  waiting: 0,
  lentTo: (borrower) => {
    let seats = 0;
    for (const level of levels.values()) {
      if (level === borrower) continue;
      seats += Math.max(0, level.limits.nominal - Math.max(level.limits.lower, level.demand)) - Math.max(0, level.occupied - level.limits.nominal);
    }
    return seats;
  },
  dispatch: () => {
    for (const level of levels.values()) level.dispatch();
  },
};
beforeEach(() => {
  clock = createFakeClock();
  levels = new Map();
  market.waiting = 0;
});

/** Levels that share ten seats. */
function share(specs: Readonly<Record<string, PriorityLevelConfigurationSpec>>): (name: string) => PriorityLevel {
  const map = new Map(Object.entries(specs));
  const limits = seatLimits(map, 10);
  for (const [name, spec] of map) {
    const level = new PriorityLevel(name, clock, market);
    const limit = limits.get(name);
    if (limit) level.configure('', spec, limit);
    levels.set(name, level);
  }
  return (name) => {
    const level = levels.get(name);
    if (!level) throw new Error(`no level ${name}`);
    return level;
  };
}

const counts = new FlowCounts('l', 's', silent);
const applicant = { user: undefined, info: { isResource: false, verb: 'get', path: '/' } } as const;
const enter = (level: PriorityLevel, seats = 1) => level.enter(seats, counts, applicant);
function enterMany(level: PriorityLevel, times: number): Occupied[] {
  const seated: Occupied[] = [];
  for (let i = 0; i < times; i++) {
    const occupied = enter(level);
    if (occupied) seated.push(occupied);
  }
  return seated;
}
function wait(level: PriorityLevel, hand: readonly number[], { seats = 1, waitMs = 15_000, signal = new AbortController().signal } = {}) {
  return level.wait({ seats, applicant, counts, hand: () => hand, waitMs, signal });
}

describe('the seats of a server', () => {
  it('are divided by shares; a level lends and borrows within its bounds', () => {
    const limits = seatLimits(
      new Map<string, PriorityLevelConfigurationSpec>([
        ['a', limited(30, { lendablePercent: 50, borrowingLimitPercent: 50 })],
        ['b', limited(10)],
        ['exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }],
      ]),
      600,
    );
    expect(limits.get('a')).toEqual({ nominal: 450, lower: 225, upper: 675 });
    expect(limits.get('b')).toEqual({ nominal: 150, lower: 150, upper: 750 });
    expect(limits.get('exempt')?.nominal).toBe(0);
  });

  it('are borrowed where others do not need them, and are the lender’s again when it does', () => {
    const level = share({ rich: limited(6, { lendablePercent: 50 }), poor: limited(4) });
    const own = enterMany(level('poor'), 20);
    expect(own).toHaveLength(4 + 3);
    // The lender's own share is untouched by what it has lent.
    expect(enterMany(level('rich'), 20)).toHaveLength(6);
    for (const seats of own.slice(0, 3)) level('poor').leave(seats);
    expect(enter(level('poor'))).toBeUndefined();
  });

  it('are not borrowed beyond the limit for that', () => {
    const level = share({ rich: limited(5, { lendablePercent: 100 }), poor: limited(5, { borrowingLimitPercent: 40 }) });
    expect(enterMany(level('poor'), 20)).toHaveLength(7);
  });

  it('are never asked for by exempt requests', () => {
    const level = share({ exempt: { type: 'Exempt' }, other: limited(10) });
    expect(enterMany(level('exempt'), 500)).toHaveLength(500);
    expect(enterMany(level('other'), 20)).toHaveLength(10);
  });
});

describe('a level without free seats', () => {
  it('turns requests away if it has no queues', () => {
    const level = share({ a: limited(1) });
    enterMany(level('a'), 10);
    expect(wait(level('a'), [])).toBe('concurrency-limit');
  });

  it('lets requests wait in queues of a limited length, for a limited time', async () => {
    const level = share({ a: limited(1, {}, { queues: 1, handSize: 1, queueLengthLimit: 2 }) })('a');
    const seated = enterMany(level, 10);
    const first = wait(level, [0]);
    const second = wait(level, [0], { waitMs: 1000 });
    expect(wait(level, [0])).toBe('queue-full');
    await clock.advance(1000);
    expect(await second).toBe('time-out');
    const [seats] = seated;
    if (seats) level.leave(seats);
    expect(typeof (await first)).toBe('object');
    expect(level.waiting).toBe(0);
    expect(market.waiting).toBe(0);
  });

  it('forgets requests whose client has gone', async () => {
    const level = share({ a: limited(1, {}, { queues: 1, handSize: 1, queueLengthLimit: 5 }) })('a');
    enterMany(level, 10);
    const gone = new AbortController();
    const waiting = wait(level, [0], { signal: gone.signal });
    gone.abort();
    expect(await waiting).toBe('cancelled');
    expect(level.waitingSeats).toBe(0);
  });

  it('serves flows in turn, however many requests one of them has', async () => {
    const level = share({ a: limited(1, {}, { queues: 8, handSize: 1, queueLengthLimit: 100 }) })('a');
    const [seats] = enterMany(level, 10);
    const order: string[] = [];
    const ask = async (flow: string, hand: number) => {
      const outcome = await (wait(level, [hand], { waitMs: 1e9 }) as Promise<Outcome>);
      if (typeof outcome !== 'object') throw new Error(outcome);
      order.push(flow);
      await clock.advance(5);
      level.leave(outcome);
    };
    const flood = Array.from({ length: 50 }, () => ask('flood', 0));
    const others = Array.from({ length: 5 }, () => ask('mouse', 1));
    if (seats) level.leave(seats);
    await Promise.all([...flood, ...others]);
    // Every mouse has been served before the flood's seventh request.
    expect(order.lastIndexOf('mouse')).toBeLessThan(12);
    expect(order).toHaveLength(55);
  });

  it('charges flows for the time of their seats, not for their number of requests', async () => {
    const level = share({ a: limited(1, {}, { queues: 8, handSize: 1, queueLengthLimit: 100 }) })('a');
    const seated = enterMany(level, 10);
    const order: string[] = [];
    const ask = async (flow: string, hand: number, ms: number) => {
      const outcome = await (wait(level, [hand], { waitMs: 1e9 }) as Promise<Outcome>);
      if (typeof outcome !== 'object') throw new Error(outcome);
      order.push(flow);
      await clock.advance(ms);
      level.leave(outcome);
    };
    const slow = Array.from({ length: 10 }, () => ask('slow', 0, 100));
    const quick = Array.from({ length: 60 }, () => ask('quick', 1, 10));
    const [seats] = seated;
    if (seats) level.leave(seats);
    await Promise.all([...slow, ...quick]);
    // Ten quick requests take as long as a slow one.
    expect(order.slice(0, 33).filter((flow) => flow === 'slow').length).toBeLessThanOrEqual(5);
    expect(order).toHaveLength(70);
  });

  it('keeps seats for short requests, which do not wait behind long ones', async () => {
    const level = share({ a: limited(1, {}, { queues: 8, handSize: 1, queueLengthLimit: 50 }) })('a');
    const lists = [enter(level, 2), enter(level, 2), enter(level, 2), enter(level, 2)];
    expect(lists.filter((seats) => seats !== undefined)).toHaveLength(3);
    const list = wait(level, [0], { seats: 2 });
    expect(await wait(level, [1])).toMatchObject({ seats: 1 });
    const [first] = lists;
    if (first) level.leave(first);
    expect(await list).toMatchObject({ seats: 2 });
  });

  it('serves a request that is wider than itself when it has nothing else to do', async () => {
    const level = share({ a: limited(1, {}, { queues: 1, handSize: 1, queueLengthLimit: 5 }), b: limited(9, { lendablePercent: 0 }) })('a');
    const seats = enter(level, 1);
    const wide = wait(level, [0], { seats: 10 });
    if (seats) level.leave(seats);
    expect(await wide).toMatchObject({ seats: 10 });
  });
});
