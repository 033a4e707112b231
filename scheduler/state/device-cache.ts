import { loadRules } from '../../api/cel/rules/loader.ts';
import type { DeviceClass } from '../../api/kinds/resource/device-class.ts';
import { byPreference, extendedClaimPod, resourcesOfClass } from '../../api/kinds/resource/extended-resources.ts';
import type { ResourceClaim } from '../../api/kinds/resource/resource-claim.ts';
import type { ResourceSlice } from '../../api/kinds/resource/resource-slice.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import { createAllocationLedger } from '../devices/allocated-devices.ts';
import { createPoolIndex } from '../devices/pool-index.ts';
import type { Claim } from '../devices/request-plan.ts';
import { createDeviceSelections } from '../devices/selectors.ts';
import type { DeviceView } from './device-view.ts';

/** Claims, classes and slices as the informers show them, overlaid with what decisions have allocated (upstream's DRA manager). */
export interface DeviceCache extends DeviceView {
  readonly claims: Informer<ResourceClaim>;
  readonly slices: Informer<ResourceSlice>;
  readonly classes: Informer<DeviceClass>;
  /** Counts the devices of a claim as allocated until its allocation is written (`assume`) or given up (`release`). */
  reserve(claimUid: string, allocated: Claim): void;
  release(claimUid: string): void;
  /** Shows a claim as a write has left it, until the informer has caught up. Ends the reservation `claimUid`. */
  assume(claim: Claim, claimUid?: string): void;
  /** Resolves at once unless there are classes and CEL is still being loaded for them. */
  loaded(): Promise<void>;
}

export type DeviceInformers = Pick<DeviceCache, 'claims' | 'slices' | 'classes'>;

const EXTENDED_CLAIM_OF = 'scheduler-extended-claim-of';
const CLASS_OF_RESOURCE = 'scheduler-class-of-resource';

/** Revisions are numbers that grow. */
const isNewer = (a: Claim, b: Claim): boolean => BigInt(a.metadata.resourceVersion) > BigInt(b.metadata.resourceVersion);
const idOf = (claim: Claim): string => keyText(keyOf(claim));

export function createDeviceCache(informers: DeviceInformers, clock: Clock): DeviceCache {
  const { claims, slices, classes } = informers;
  const ledger = createAllocationLedger();
  const pools = createPoolIndex();
  /** Allocated claims whose allocation is still to be written, by UID. */
  const reserved = new Map<string, Claim>();
  const assumed = new Map<string, Claim>();
  let loading: Promise<void> | undefined;
  let hasRules = false;
  let version = 0;

  claims.addIndex(EXTENDED_CLAIM_OF, (claim) => {
    const pod = extendedClaimPod(claim);
    return pod ? [pod.uid] : [];
  });
  classes.addIndex(CLASS_OF_RESOURCE, resourcesOfClass);

  const count = (uid: string, claim: Claim | undefined) => {
    version++;
    ledger.record(uid, (reserved.get(uid) ?? claim)?.status?.allocation);
  };
  const claimSeen = (claim: Claim) => {
    const expected = assumed.get(idOf(claim));
    if (expected?.metadata.uid === claim.metadata.uid && isNewer(expected, claim)) return;
    assumed.delete(idOf(claim));
    count(claim.metadata.uid, claim);
  };
  const claimGone = (claim: Claim) => {
    assumed.delete(idOf(claim));
    count(claim.metadata.uid, undefined);
  };
  claims.on({
    add: claimSeen,
    update(claim, old) {
      if (old.metadata.uid !== claim.metadata.uid) claimGone(old);
      claimSeen(claim);
    },
    delete: claimGone,
  });
  const sliceSeen = (slice: Live<ResourceSlice>) => {
    version++;
    pools.set(slice);
  };
  slices.on({
    add: sliceSeen,
    update: sliceSeen,
    delete(slice) {
      version++;
      pools.delete(slice);
    },
  });
  const classSeen = () => {
    version++;
    loading ??= loadRules().then(() => {
      hasRules = true;
      version++;
    });
  };
  classes.on({ add: classSeen, update: classSeen, delete: () => void version++ });

  const current = (claim: Claim | undefined): Claim | undefined => (claim && assumed.get(idOf(claim))) ?? claim;
  return {
    ...informers,
    clock,
    allocated: ledger,
    selections: createDeviceSelections(),
    get version() {
      return version;
    },
    get isLoading() {
      return loading !== undefined && !hasRules;
    },
    loaded: async () => loading,
    claim: (namespace, name) => assumed.get(`${namespace}/${name}`) ?? claims.get({ namespace, name }),
    isBeingAllocated: (uid) => reserved.has(uid),
    extendedClaim: (podUid) => current(claims.byIndex(EXTENDED_CLAIM_OF, podUid)[0]),
    deviceClass: (name) => (hasRules ? classes.get({ namespace: '', name }) : undefined),
    classOfResource(resource) {
      if (!hasRules) return undefined;
      const found = classes.byIndex(CLASS_OF_RESOURCE, resource);
      return found.length < 2 ? found[0] : [...found].sort(byPreference)[0];
    },
    poolsOn: pools.poolsOn,
    reserve(uid, allocated) {
      reserved.set(uid, allocated);
      count(uid, allocated);
    },
    release(uid) {
      const claim = reserved.get(uid);
      if (!claim) return;
      reserved.delete(uid);
      const left = current(claims.get(keyOf(claim)));
      count(uid, left?.metadata.uid === uid ? left : undefined);
    },
    assume(claim, claimUid = claim.metadata.uid) {
      const seen = claims.get(keyOf(claim));
      if (!seen || isNewer(claim, seen)) assumed.set(idOf(claim), claim);
      if (reserved.delete(claimUid) && claimUid !== claim.metadata.uid) count(claimUid, undefined);
      count(claim.metadata.uid, claim);
    },
  };
}
