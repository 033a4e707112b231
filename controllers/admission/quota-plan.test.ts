import { describe, expect, it } from '@jest/globals';
import type { ConceptQuota, QuotaReservation } from '../../api/concepts/resource-quota.ts';
import type { Live } from '../../api/meta/object.ts';
import { createChance } from '../../base/chance.fixture.ts';
import { enforcedStatus, RESERVATION_MS } from '../policy/resource-quota/enforcement.ts';
import { planCharges, planRelease } from './quota-plan.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const quota = (hard: string, used: string, reservations: QuotaReservation[] = []): Live<ConceptQuota> => ({
  metadata: { name: 'q', namespace: 'default', uid: 'q', resourceVersion: '1', creationTimestamp: '' },
  spec: { hard: { pods: hard } },
  status: { hard: { pods: hard }, used: { pods: used }, reservations },
});
const reservation = (uid: string, amount = '1'): QuotaReservation => ({
  uid,
  name: uid,
  resource: 'pods',
  amounts: { pods: amount, 'count/pods': amount },
  since: '2026-01-01T00:00:00Z',
});
const charge = (uid: string, amount?: string) => ({ reservation: reservation(uid, amount) });

describe('charges of a quota', () => {
  it('fit as long as there is room, and leave a reservation each', () => {
    const { outcomes, status } = planCharges(quota('2', '0'), [charge('a'), charge('b'), charge('c')]);
    expect(outcomes.map((excess) => excess?.names)).toEqual([undefined, undefined, ['pods']]);
    expect(status).toMatchObject({ used: { pods: '2' }, reservations: [{ uid: 'a' }, { uid: 'b' }] });
    expect(status?.used).toEqual({ pods: '2' });
  });

  it('write nothing if none fits', () => expect(planCharges(quota('1', '1'), [charge('a')]).status).toBeUndefined());

  it('of one object replace each other when its write is tried again', () => {
    const { status } = planCharges(quota('2', '2', [reservation('a', '2')]), [charge('a', '1')]);
    expect(status).toMatchObject({ used: { pods: '1' }, reservations: [{ uid: 'a' }] });
  });

  it('are given back once', () => {
    const status = planRelease(quota('2', '2', [reservation('a')]), 'a');
    expect(status).toMatchObject({ used: { pods: '1' }, reservations: [] });
    expect(planRelease(quota('2', '1'), 'a')).toBeUndefined();
  });
});

describe('whatever order writers, counts and failures come in', () => {
  it.each(Array.from({ length: 50 }, (_, seed) => [seed]))('a quota is never exceeded (seed %i)', (seed) => {
    const chance = createChance(seed);
    const hard = chance.int(1, 5);
    let now = NOW;
    let live = quota(`${hard}`, '0');
    const [onTheirWay, stored, seen, gone] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
    const steps: Record<string, () => void> = {
      write() {
        const uid = `${seed}-${chance.int(0, 1e9)}`;
        const { outcomes, status } = planCharges(live, [{ reservation: { ...reservation(uid), since: new Date(now).toISOString() } }]);
        if (status) live = { ...live, status };
        if (!outcomes[0]) onTheirWay.add(uid);
      },
      store: () => move(onTheirWay, stored),
      fail: () => move(onTheirWay, gone),
      see: () => void [...stored].slice(0, 1).map((uid) => seen.add(uid)),
      remove() {
        const [uid] = [...seen];
        if (uid === undefined) return;
        for (const set of [seen, stored]) set.delete(uid);
        gone.add(uid);
      },
      count() {
        const isSettled = ({ uid }: QuotaReservation) => seen.has(uid) || (gone.has(uid) && chance.happens(0.5));
        const counted = { hard: { pods: `${hard}` }, used: { pods: `${seen.size}` } };
        live = { ...live, status: enforcedStatus(counted, live.status, { on: true, isSettled, uncounted: [] }, now) };
      },
      wait() {
        // A request ends within a minute, and its object is seen before its reservation runs out.
        for (const uid of onTheirWay) gone.add(uid);
        onTheirWay.clear();
        for (const uid of stored) seen.add(uid);
        now += RESERVATION_MS;
      },
    };
    function move(from: Set<string>, to: Set<string>): void {
      const [uid] = [...from];
      if (uid === undefined) return;
      from.delete(uid);
      to.add(uid);
    }
    for (let i = 0; i < 200; i++) {
      steps[chance.pick(['write', 'write', 'store', 'store', 'fail', 'see', 'remove', 'count', 'count', 'wait'])]?.();
      expect(stored.size + onTheirWay.size).toBeLessThanOrEqual(hard);
    }
    steps.wait?.();
    steps.count?.();
    expect(live.status?.used).toEqual({ pods: `${stored.size}` });
  });
});
