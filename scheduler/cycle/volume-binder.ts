import type { Node } from '../../api/kinds/core/node/index.ts';
import { boundToClaim, isFullyBound, SELECTED_NODE } from '../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { isReachableFrom } from '../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import { claimsOf, volumesOn } from '../plugins/pod-volumes.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { VolumeCache } from '../state/volume-cache.ts';
import type { Claim, Volume } from '../state/volume-view.ts';

/** Volumes and claims as a decision will write them for a pod. */
export interface AssumedVolumes {
  readonly nodeName: string;
  readonly volumes: readonly Volume[];
  readonly claims: readonly Claim[];
  /** The claims that the volumes are for, in the same order. */
  readonly boundClaims: readonly Claim[];
}

/** Reserve and PreBind of upstream's VolumeBinding. */
export interface VolumeBinder {
  /** Chooses the volumes for a pod on its node and lets later decisions see the choice. Returns undefined if nothing needs to be written. */
  assume(pod: PodInfo, node: NodeInfo): AssumedVolumes | undefined;
  /**
   * Writes the choice and waits until binder and provisioners have done the rest. Later decisions see the choice no more if it fails.
   * @throws Error as upstream words it: a write was refused, provisioning failed, the pod is gone, or it took longer than the profile allows
   */
  bind(pod: PodInfo, assumed: AssumedVolumes): Promise<void>;
}

export interface VolumeBinderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly cache: VolumeCache;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  /** The time that a pod's volumes have to be bound (bindTimeoutSeconds of its profile). */
  readonly timeoutMs: (pod: PodInfo) => number;
  /** Ends all waits. */
  readonly signal: AbortSignal;
}

interface Wait {
  /** Looks whether the wait is over. */
  readonly check: () => void;
  readonly fail: (error: Error) => void;
}

export function createVolumeBinder({ client, clock, cache, pods, nodes, timeoutMs, signal }: VolumeBinderOptions): VolumeBinder {
  const waits = new Map<string, Wait>();
  const waitsOfClaim = new Map<string, Set<string>>();
  const wakeClaim = (claim: Claim) => {
    for (const uid of waitsOfClaim.get(keyText(keyOf(claim))) ?? []) waits.get(uid)?.check();
  };
  cache.claims.on({ update: wakeClaim, delete: wakeClaim });
  const wakeVolume = ({ spec }: Volume) => {
    const ref = spec?.claimRef;
    if (ref) for (const uid of waitsOfClaim.get(`${ref.namespace}/${ref.name}`) ?? []) waits.get(uid)?.check();
  };
  cache.volumes.on({ add: wakeVolume, update: wakeVolume, delete: wakeVolume });
  pods.on({
    delete: ({ metadata }) => waits.get(metadata.uid)?.fail(new Error(`pod does not exist any more: pod ${JSON.stringify(metadata.name)} not found`)),
  });
  signal.addEventListener('abort', () => {
    for (const { fail } of [...waits.values()]) fail(new Error('context canceled'));
  });

  async function write({ volumes, claims, boundClaims, nodeName }: AssumedVolumes): Promise<AssumedVolumes> {
    const savedVolumes: Volume[] = [];
    for (const volume of volumes) savedVolumes.push(await client.update(cache.volumes.kind, volume));
    const savedClaims: Claim[] = [];
    for (const claim of claims) savedClaims.push(await client.update(cache.claims.kind, claim));
    return { volumes: savedVolumes, claims: savedClaims, boundClaims, nodeName };
  }

  function waitUntilBound(uid: string, written: AssumedVolumes, afterMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const keys = [...written.claims, ...written.boundClaims].map((claim) => keyText(keyOf(claim)));
      const end = () => {
        cancel();
        waits.delete(uid);
        for (const key of keys) {
          const uids = waitsOfClaim.get(key);
          uids?.delete(uid);
          if (uids?.size === 0) waitsOfClaim.delete(key);
        }
      };
      const fail = (error: Error) => {
        end();
        reject(error);
      };
      const check = () => {
        const state = stateOf(written, cache, nodes.get({ namespace: '', name: written.nodeName }));
        if (state instanceof Error) return fail(state);
        if (state === 'waiting') return;
        end();
        resolve();
      };
      const cancel = clock.after(afterMs, () => fail(new Error('binding volumes: context deadline exceeded')));
      waits.set(uid, { check, fail });
      for (const key of keys) waitsOfClaim.set(key, (waitsOfClaim.get(key) ?? new Set()).add(uid));
      if (signal.aborted) return fail(new Error('context canceled'));
      check();
    });
  }

  return {
    assume({ pod, claims }, node) {
      if (claims.length === 0) return undefined;
      const found = claimsOf(pod, cache);
      if (found === undefined || typeof found === 'string' || found.delayed.length === 0) return undefined;
      const chosen = volumesOn(found, node, cache);
      if (!('bindings' in chosen)) throw new Error(`the volumes of pod ${pod.metadata.name} do not fit node ${node.name}: ${chosen.join(', ')}`);
      const assumed: AssumedVolumes = {
        nodeName: node.name,
        volumes: chosen.bindings.map(({ volume, claim }) => boundToClaim(volume, claim)),
        boundClaims: chosen.bindings.map(({ claim }) => claim),
        claims: chosen.provisions.map((claim) => withNode(claim, node.name)),
      };
      cache.assume(assumed.volumes, assumed.claims);
      return assumed;
    },
    async bind(pod, assumed) {
      try {
        await waitUntilBound(pod.uid, await write(assumed), timeoutMs(pod));
      } catch (error) {
        cache.forget(assumed.volumes, assumed.claims);
        throw error;
      }
    },
  };
}

const withNode = (claim: Claim, node: string): Claim => ({
  ...claim,
  metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [SELECTED_NODE]: node } },
});

type Bound = 'bound' | 'waiting' | Error;

/** Revisions are numbers that grow; the cache may be older than an answer to a write. */
const isOlder = (seen: Live<object>, written: Live<object>): boolean =>
  BigInt(seen.metadata.resourceVersion) < BigInt(written.metadata.resourceVersion);

const failed = (message: string): Error => new Error(`binding volumes: ${message}`);

/** Returns how far a pod's volumes have come (upstream's checkBindings). */
function stateOf({ volumes, claims, boundClaims, nodeName }: AssumedVolumes, cache: VolumeCache, node: Live<Node> | undefined): Bound {
  if (!node) return failed(`failed to get node ${JSON.stringify(nodeName)}: node ${JSON.stringify(nodeName)} not found`);
  const selectable = { name: nodeName, labels: node.metadata.labels ?? {} };
  let waiting = false;
  const reach = (volume: Volume): Error | undefined => {
    if (isReachableFrom(volume, selectable)) return undefined;
    return failed(
      `pv ${JSON.stringify(volume.metadata.name)} node affinity doesn't match node ${JSON.stringify(nodeName)}: no matching NodeSelectorTerms`,
    );
  };
  for (const [index, written] of volumes.entries()) {
    const volume = cache.volumes.get({ namespace: '', name: written.metadata.name });
    if (!volume) return failed(`failed to check binding: could not find v1.PersistentVolume ${JSON.stringify(written.metadata.name)}`);
    const wanted = boundClaims[index];
    const claim = wanted && cache.claims.get(keyOf(wanted));
    if (!claim)
      return failed(`failed to check binding: could not find v1.PersistentVolumeClaim ${JSON.stringify(wanted ? keyText(keyOf(wanted)) : '')}`);
    if (isOlder(volume, written)) {
      waiting = true;
      continue;
    }
    const unreachable = reach(volume);
    if (unreachable) return unreachable;
    if (!volume.spec?.claimRef?.uid) return failed(`ClaimRef got reset for pv ${JSON.stringify(volume.metadata.name)}`);
    waiting ||= !isFullyBound(claim);
  }
  for (const written of claims) {
    const claim = cache.claims.get(keyOf(written));
    const name = JSON.stringify(written.metadata.name);
    if (!claim) return failed(`failed to check provisioning pvc: could not find v1.PersistentVolumeClaim ${JSON.stringify(keyText(keyOf(written)))}`);
    if (isOlder(claim, written)) {
      waiting = true;
      continue;
    }
    // A provisioner that fails takes the node away, so that the scheduler decides again.
    if (claim.metadata.annotations === undefined) return failed(`selectedNode annotation reset for PVC ${name}`);
    if (claim.metadata.annotations[SELECTED_NODE] !== nodeName) return failed(`provisioning failed for PVC ${name}`);
    const volume = claim.spec?.volumeName ? cache.volumes.get({ namespace: '', name: claim.spec.volumeName }) : undefined;
    const unreachable = volume && reach(volume);
    if (unreachable) return unreachable;
    waiting ||= !isFullyBound(claim);
  }
  return waiting ? 'waiting' : 'bound';
}
