import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import type { Need } from './preemption.ts';
import { podsToPreempt, preempt } from './preemption.ts';

const preemptor = aPod({ priority: 2_000_000_000 });
const named = (name: string, spec = {}, metadata = {}) => aPod(spec, { name, uid: name, ...metadata });
const bestEffort = (name: string) => named(name);
const burstable = (name: string, cpu: string, memory = '0', more = {}) =>
  named(name, { containers: [aContainer('c', { resources: { requests: { cpu, memory } } })], ...more });
const guaranteed = (name: string, cpu: string, memory: string) =>
  named(name, { containers: [aContainer('c', { resources: { limits: { cpu, memory } } })] });
const need = (resource: string, amount: number): Need => ({ resource, amount });

function chosen(others: readonly Live<Pod>[], needs: readonly Need[], critical: Pod = preemptor) {
  const found = podsToPreempt(critical, others, needs);
  return 'pods' in found ? found.pods.map(({ metadata }) => metadata.name) : found;
}

describe('the pods that are ended for a critical one', () => {
  it('are best-effort pods first, then burstable ones, then guaranteed ones', () => {
    const all = [guaranteed('g', '1', '1Gi'), burstable('b', '1', '1Gi'), bestEffort('e')];
    expect(chosen(all, [need('pods', 1)])).toEqual(['e']);
    expect(chosen(all, [need('cpu', 500)])).toEqual(['b']);
    expect(chosen(all, [need('cpu', 1_500)])).toEqual(['b', 'g']);
    expect(chosen(all, [need('pods', 3)])).toEqual(['e', 'b', 'g']);
  });

  it('are few, and of those that suffice the smallest', () => {
    const sizes = [burstable('small', '200m'), burstable('middle', '600m', '1Mi'), burstable('same', '600m'), burstable('large', '2')];
    expect(chosen(sizes, [need('cpu', 500)])).toEqual(['same']);
    expect(chosen(sizes, [need('cpu', 700)])).toEqual(['large']);
    expect(chosen(sizes, [need('cpu', 2_100)])).toEqual(['large', 'small']);
  });

  it('are those that have most of all that is short', () => {
    const both = [burstable('cpu', '1'), burstable('memory', '1m', '1Gi'), burstable('both', '800m', '900Mi')];
    expect(chosen(both, [need('cpu', 800), need('memory', 900 * 1024 ** 2)])).toEqual(['both']);
  });

  it('are not needed if ones that have to end anyway have enough', () => {
    // The guaranteed pod is needed for its memory; its processors spare the burstable one.
    expect(chosen([guaranteed('g', '1', '1Gi'), burstable('b', '1')], [need('cpu', 900), need('memory', 1024 ** 3)])).toEqual(['g']);
  });

  it('are never critical ones, but those of a lower priority than its own', () => {
    const ofNode = named('static', {}, { annotations: { 'kubernetes.io/config.source': 'file' } });
    expect(chosen([ofNode, named('equal', { priority: 2_000_000_000 })], [need('pods', 1)])).toEqual({ lacking: [need('pods', 1)] });
    expect(chosen([named('lower', { priority: 2_000_000_000 })], [need('pods', 1)], aPod({ priority: 2_000_001_000 }))).toEqual(['lower']);
  });

  it('do not exist if all of them have too little: that ends none', () => {
    expect(chosen([burstable('b', '300m'), bestEffort('e')], [need('pods', 2), need('cpu', 500)])).toEqual({ lacking: [need('cpu', 200)] });
  });
});

describe('the end of pods for a critical one', () => {
  /** Ends two pods, `first` and `second`, and keeps the order of what happens. */
  function ending() {
    const clock = createFakeClock();
    const stop = new AbortController();
    const happened: string[] = [];
    const ends = new Map<string, () => void>();
    const parts = {
      node: {
        clock,
        log: silentLogger,
        recorder: {
          event: ({ metadata }: { metadata?: { name?: string } }, _type: string, reason: string) => void happened.push(`${reason} ${metadata?.name}`),
        },
      },
      end: ({ metadata }: Live<Pod>) => new Promise<void>((resolve) => void ends.set(metadata.name, resolve)),
      onPreemption: (resource: string) => void happened.push(`counted ${resource}`),
      signal: stop.signal,
    };
    const shortage = { reason: 'OutOfpods', message: '', resource: 'pods', missing: 2 };
    const pods = [named('second'), named('first', { terminationGracePeriodSeconds: 20 })];
    const done = preempt(preemptor, [shortage], pods, parts).then((rejection) => happened.push(`admitted ${rejection === undefined}`));
    return { clock, stop, happened, ends, done };
  }

  it('comes one after the other, as each has ended', async () => {
    const { clock, happened, ends, done } = ending();
    await clock.advance(1_000);
    expect(happened).toEqual(['Preempting first']);
    ends.get('first')?.();
    await clock.advance(1_000);
    expect(happened.slice(1)).toEqual(['counted pods', 'Preempting second']);
    ends.get('second')?.();
    await done;
    expect(happened.slice(3)).toEqual(['counted pods', 'admitted true']);
  });

  it('goes on with the next one if one takes longer than its grace and half of it', async () => {
    const { clock, happened, ends, done } = ending();
    await clock.advance(29_999);
    expect(happened).toEqual(['Preempting first']);
    await clock.advance(1);
    expect(happened.slice(1)).toEqual(['ExceededGracePeriod first', 'Preempting second']);
    ends.get('second')?.();
    await done;
    expect(happened.slice(3)).toEqual(['counted pods', 'admitted true']);
  });

  it('is left to the next agent once this one stops', async () => {
    const { clock, stop, happened, done } = ending();
    await clock.advance(1_000);
    stop.abort();
    await done;
    expect(happened).toEqual(['Preempting first', 'admitted true']);
  });
});
