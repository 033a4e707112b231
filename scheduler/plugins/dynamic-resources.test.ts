import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadRules } from '../../api/cel/rules/loader.ts';
import type { DeviceRequest } from '../../api/kinds/resource/device-claim.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createAllocationLedger } from '../devices/allocated-devices.ts';
import { claim, deviceClass, exactly, selector, slice } from '../devices/devices.fixture.ts';
import { createPoolIndex } from '../devices/pool-index.ts';
import type { Claim } from '../devices/request-plan.ts';
import { createDeviceSelections } from '../devices/selectors.ts';
import { createClusterState } from '../state/cluster-state.ts';
import type { DeviceView } from '../state/device-view.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { podInfoOf } from '../state/pod-info.ts';
import { createDynamicResources, LongSearch } from './dynamic-resources.ts';

beforeAll(async () => void (await loadRules()));

const DEVICES = 28;
const never = selector('device.driver == "none"');

/** A view in which each look at the clock takes some time. */
function viewOf(asked: Claim) {
  const pools = createPoolIndex();
  pools.set(
    slice(
      's',
      Array.from({ length: DEVICES }, (_, index) => `d${index}`),
    ),
  );
  let time = 0;
  let version = 1;
  const monotonic = () => {
    time += 0.5;
    return time;
  };
  const view: DeviceView = {
    claim: (_, name) => (name === asked.metadata.name ? asked : undefined),
    isLoading: false,
    isBeingAllocated: () => false,
    extendedClaim: () => undefined,
    deviceClass: () => deviceClass(),
    classOfResource: () => undefined,
    poolsOn: pools.poolsOn,
    allocated: createAllocationLedger(),
    selections: createDeviceSelections(),
    clock: { ...createFakeClock(), monotonic },
    get version() {
      return version;
    },
  };
  return { view, change: () => void version++ };
}

/** Decides about a pod with one claim on one node. */
function decider(requests: DeviceRequest[], filterTimeoutMs = 100) {
  const { view, change } = viewOf(claim('c', requests));
  const plugin = createDynamicResources(view, { filterTimeoutMs, bindingTimeoutMs: 600_000 });
  const cluster = createClusterState(undefined, undefined, view);
  cluster.setNode(node('a'));
  const info = podInfoOf(pod('p', { spec: { resourceClaims: [{ name: 'c', resourceClaimName: 'c' }] } }));
  const [on] = cluster.nodes();
  const decide = () => (on ? plugin.filter.prepare(info, cluster)?.(on) : undefined);
  const search = (): LongSearch => {
    try {
      decide();
    } catch (error) {
      if (error instanceof LongSearch) return error;
    }
    throw new Error('the search was not long');
  };
  return { decide, search, change };
}
const { signal } = new AbortController();

describe('a search for devices that takes long', () => {
  /** Every choice of devices for the first request is tried in vain. */
  const hopeless = [exactly('r', { count: 12 }), exactly('none', { selectors: [never] })];
  /** As before, but of fewer devices. */
  const lengthy = [exactly('r', { count: 3 }), exactly('none', { selectors: [never] })];

  it('goes on in turns, and the next decision knows the outcome', async () => {
    const { decide, search } = decider(lengthy, 0);
    await search().finish(signal);
    expect(decide()).toEqual({ reasons: ['cannot allocate all claims'], preemptible: false });
  });

  it('ends after the time that one node may take, in upstream’s words', async () => {
    await expect(decider(hopeless).search().finish(signal)).rejects.toThrow(
      'running "DynamicResources" filter plugin: node a: timed out trying to allocate devices',
    );
  });

  it('begins anew if something has changed, and has no more time for it', async () => {
    const { search, change } = decider(hopeless);
    const untilItFails = async () => {
      for (;;) {
        const next = search().finish(signal);
        change();
        await next;
      }
    };
    await expect(untilItFails()).rejects.toThrow('timed out');
  });

  it('ends with the scheduler', async () => {
    const stop = new AbortController();
    const finished = decider(hopeless, 0).search().finish(stop.signal);
    stop.abort();
    await finished;
  });
});

describe('a pod without claims', () => {
  it('is none of the plugin’s', () => {
    const { view } = viewOf(claim('c', []));
    const plugin = createDynamicResources(view, { filterTimeoutMs: 0, bindingTimeoutMs: 0 });
    const cluster = createClusterState(undefined, undefined, view);
    const info = podInfoOf(pod('p', { requests: { 'example.com/gpu': '1' } }));
    expect([plugin.filter.refuse?.(info, cluster), plugin.filter.prepare(info, cluster), plugin.isGated(info)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });
});

describe('a change of claims', () => {
  const mine = claim('c', [exactly('r')]);
  const other = claim('d', [exactly('r')]);
  const allocated = (each: Claim): Claim => ({
    ...each,
    status: { allocation: { devices: { results: [{ request: 'r', driver: 'x', pool: 'p', device: 'd' }] } } },
  });
  const { view } = viewOf(mine);
  const { filter } = createDynamicResources(view, { filterTimeoutMs: 0, bindingTimeoutMs: 0 });
  const using = (name: string) => podInfoOf(pod('p', { spec: { resourceClaims: [{ name: 'c', resourceClaimName: name }] } }));
  it.each<[string, string, Claim, Claim | undefined, boolean]>([
    ['wakes the pod whose claim it makes', 'c', mine, undefined, true],
    ['wakes no pod of another claim', 'c', other, undefined, false],
    ['wakes all pods with claims if it frees devices', 'c', other, allocated(other), true],
    ['wakes no pod that lacks a claim', 'lost', other, allocated(other), false],
    ['wakes the pod if its status changes', 'c', allocated(mine), mine, true],
    ['wakes no pod by its metadata alone', 'c', { ...mine, metadata: { ...mine.metadata, labels: { a: 'b' } } }, mine, false],
  ])('%s', (_, name, now, old, expected) => {
    expect(filter.hint({ name: old ? 'ResourceClaimUpdate' : 'ResourceClaimAdd', claim: now, old }, using(name))).toBe(expected);
  });
});
