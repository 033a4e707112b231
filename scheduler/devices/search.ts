import { MAX_CLAIM_DEVICES } from '../../api/kinds/resource/device-claim.ts';
import type { Steps } from '../../base/steps.ts';
import type { AllocatedDevices } from './allocated-devices.ts';
import type { Amounts } from './amounts.ts';
import { addAmounts, nanosOf } from './amounts.ts';
import { consumedCapacity, hasCapacityFor } from './capacity.ts';
import type { CounterBook } from './counters.ts';
import type { Pool, PoolDevice } from './pool.ts';
import type { ClaimPlan, RequestPlan } from './request-plan.ts';
import { isKeptOff } from './tolerations.ts';

/** A device that the search has chosen. */
export interface ChosenDevice {
  readonly plan: RequestPlan;
  readonly device: PoolDevice;
  /** Set for a device that may be allocated several times: the share that the request gets. */
  readonly share: Readonly<Record<string, string>> | undefined;
}

export interface SearchInput {
  readonly claims: readonly ClaimPlan[];
  readonly pools: readonly Pool[];
  readonly allocated: AllocatedDevices;
  readonly counters: CounterBook;
}

/** `exceeded`: a claim would get more devices than it may have, whatever is chosen for the requests before. */
type Outcome = 'done' | 'failed' | 'exceeded';

/** The place in the pools from which a request goes on looking: it tries combinations of devices, not their permutations. */
interface Start {
  readonly pool: number;
  readonly device: number;
}
const BEGINNING: Start = { pool: 0, device: 0 };

/** The device that is looked for. `alternative` is undefined until one is tried. */
interface Place {
  readonly claim: number;
  readonly request: number;
  readonly alternative: number | undefined;
  readonly device: number;
}

/** The number of devices that are tried between two pauses. */
const TRIES_PER_STEP = 64;

/**
 * Searches for devices for all requests of all claims, in upstream's order: claim by claim and request by request, for each the devices in
 * the order of the pools, and back if something later cannot be met. The first solution is the result.
 * @returns the devices of each claim; undefined if there is no solution
 * @throws Error in upstream's words if the devices of a request for all break a constraint
 */
export function* searchDevices({ claims, pools, allocated, counters }: SearchInput): Steps<readonly (readonly ChosenDevice[])[] | undefined> {
  const chosen: ChosenDevice[][] = claims.map(() => []);
  /** By identifier, the claims that a device is being allocated to for themselves. */
  const allocating = new Map<string, Set<number>>();
  const sharing = new Map<string, { count: number; readonly amounts: Map<string, bigint> }>();
  let tries = 0;

  const isFree = ({ adminAccess }: RequestPlan, id: string, claim: number): boolean => {
    const holders = allocating.get(id);
    return adminAccess ? !holders?.has(claim) : !allocated.isTaken(id) && (holders === undefined || holders.size === 0);
  };
  const isLargeEnough = ({ capacity }: RequestPlan, { id, device }: PoolDevice): boolean =>
    hasCapacityFor(capacity, device, allocated.consumed(id), sharing.get(id)?.amounts);

  /** Chooses a device that the plan accepts. Returns its way back, or undefined if it cannot be had. */
  const choose = (claim: number, plan: RequestPlan, device: PoolDevice): (() => void) | undefined => {
    const { id } = device;
    const { allowMultipleAllocations: isShared = false, consumesCounters = [] } = device.device;
    if (!isFree(plan, id, claim) || !isLargeEnough(plan, device) || isKeptOff(device.device, plan.tolerations ?? [])) return undefined;
    const counts = consumesCounters.length > 0 && !(isShared && (allocated.isShared(id) || sharing.has(id)));
    if (counts && !counters.take(device)) return undefined;
    const { constraints = [] } = claims[claim] ?? {};
    const broken = constraints.findIndex((constraint) => !constraint.add(plan.reference, device));
    if (broken >= 0) {
      for (const constraint of constraints.slice(0, broken)) constraint.remove(plan.reference);
      if (counts) counters.giveBack(device);
      if (!plan.all) return undefined;
      const { namespace, name } = claims[claim]?.claim.metadata ?? {};
      throw new Error(`claim ${namespace}/${name}, request ${plan.name}: cannot add device ${id} because a claim constraint would not be satisfied`);
    }
    const share = isShared ? consumedCapacity(plan.capacity, device.device) : undefined;
    const release = share ? addShare(sharing, id, share) : addHolder(allocating, id, claim);
    chosen[claim]?.push({ plan, device, share });
    return () => {
      chosen[claim]?.pop();
      release();
      for (const constraint of constraints) constraint.remove(plan.reference);
      if (counts) counters.giveBack(device);
    };
  };

  /** Finds one device, and all that come after it. */
  function* find(place: Place, start: Start): Steps<Outcome> {
    if (++tries % TRIES_PER_STEP === 0) yield;
    const planned = claims[place.claim];
    if (!planned) return 'done';
    const alternatives = planned.requests[place.request];
    if (!alternatives) {
      const outcome = yield* find({ claim: place.claim + 1, request: 0, alternative: undefined, device: 0 }, BEGINNING);
      // With other alternatives for the claims before, this claim may need fewer devices.
      return outcome === 'exceeded' ? 'failed' : outcome;
    }
    if (place.alternative === undefined) {
      let allExceeded = true;
      for (const alternative of alternatives.keys()) {
        const outcome = yield* find({ ...place, alternative }, BEGINNING);
        if (outcome === 'done') return outcome;
        allExceeded &&= outcome === 'exceeded';
      }
      return allExceeded ? 'exceeded' : 'failed';
    }
    const plan = alternatives[place.alternative];
    if (!plan || plan.all?.length === 0) return 'failed';
    if (place.device >= plan.count) return yield* find({ ...place, request: place.request + 1, alternative: undefined, device: 0 }, BEGINNING);
    const already = chosen[place.claim]?.length ?? 0;
    if (already + plan.count - place.device > MAX_CLAIM_DEVICES) return 'exceeded';
    return plan.all ? yield* takeAll(place, plan, plan.all) : yield* takeOne(place, plan, start);
  }

  /** All devices are needed, so their order does not matter: there is one candidate. */
  function* takeAll(place: Place, plan: RequestPlan, all: readonly PoolDevice[]): Steps<Outcome> {
    const device = all[place.device];
    const undo = device && choose(place.claim, plan, device);
    if (!undo) return 'failed';
    const outcome = yield* find({ ...place, device: place.device + 1 }, BEGINNING);
    if (outcome !== 'done') undo();
    return outcome;
  }

  function* takeOne(place: Place, plan: RequestPlan, start: Start): Steps<Outcome> {
    for (let poolIndex = start.pool; poolIndex < pools.length; poolIndex++) {
      const pool = pools[poolIndex];
      if (pool?.state !== 'usable') continue;
      for (let index = poolIndex === start.pool ? start.device : 0; index < pool.devices.length; index++) {
        if (++tries % TRIES_PER_STEP === 0) yield;
        const device = pool.devices[index];
        if (!device || !isFree(plan, device.id, place.claim) || !plan.accepts(device)) continue;
        const undo = choose(place.claim, plan, device);
        if (!undo) continue;
        const outcome = yield* find({ ...place, device: place.device + 1 }, { pool: poolIndex, device: index + 1 });
        if (outcome === 'done') return outcome;
        undo();
        if (outcome === 'exceeded') return outcome;
      }
    }
    return 'failed';
  }

  const outcome = yield* find({ claim: 0, request: 0, alternative: undefined, device: 0 }, BEGINNING);
  return outcome === 'done' ? chosen : undefined;
}

/** Returns the way back. */
function addHolder(allocating: Map<string, Set<number>>, id: string, claim: number): () => void {
  const holders = allocating.get(id) ?? new Set();
  allocating.set(id, holders.add(claim));
  return () => void holders.delete(claim);
}

/** Returns the way back. */
function addShare(
  sharing: Map<string, { count: number; readonly amounts: Map<string, bigint> }>,
  id: string,
  share: Readonly<Record<string, string>>,
): () => void {
  const amounts: Amounts = new Map(Object.entries(share).map(([name, text]) => [name, nanosOf(text)]));
  const shares = sharing.get(id) ?? { count: 0, amounts: new Map() };
  sharing.set(id, shares);
  shares.count++;
  addAmounts(shares.amounts, amounts);
  return () => {
    addAmounts(shares.amounts, amounts, -1n);
    if (--shares.count === 0) sharing.delete(id);
  };
}
