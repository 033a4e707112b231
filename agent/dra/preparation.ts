import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { foreignClaim, isReservedFor } from '../../api/kinds/resource/pod-claims.ts';
import type { ResourceClaim } from '../../api/kinds/resource/resource-claim.ts';
import { resourceClaims } from '../../api/kinds/resource/resource-claim.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ClaimRecords } from './claim-records.ts';
import type { ClaimState } from './claim-state.ts';
import type { DraPlugins } from './dra-plugins.ts';
import { checkOutcomes } from './outcomes.ts';
import type { DriverDevice, PluginClient } from './plugin-client.ts';
import type { PodClaim } from './pod-requests.ts';
import { claimsOf } from './pod-requests.ts';

export interface PreparationParts {
  readonly client: Client;
  readonly plugins: DraPlugins;
  readonly records: ClaimRecords;
}

/**
 * Prepares the claims of a pod. Nothing is recorded before all of them have been found good and their drivers are there: a pod that fails until then
 * can be deleted without its drivers.
 * @throws Error in kubelet's words
 */
export async function prepareClaims(pod: Live<Pod>, { client, plugins, records }: PreparationParts): Promise<void> {
  const found: ClaimState[] = [];
  const clients = new Map<string, PluginClient>();
  for (const wanted of claimsOf(pod)) {
    const claim = stateOf(await findClaim(pod, wanted, client));
    for (const driver of claim.drivers.keys()) clients.set(driver, plugins.get(driver));
    found.push(claim);
  }
  await records.exclusively(found, async () => {
    try {
      for (const claim of found) takeUp(claim, pod.metadata.uid, records);
    } finally {
      // Kept first: if the agent ends in the middle, the next one knows which claims may have been prepared.
      await records.save();
    }
    const claims = found.map((claim) => records.get(claim.namespace, claim.name) ?? claim);
    const unprepared = claims.filter(({ isPrepared }) => !isPrepared);
    if (unprepared.length === 0) return;
    for (const [driver, plugin] of clients)
      await prepareOn(
        driver,
        plugin,
        unprepared.filter(({ drivers }) => drivers.has(driver)),
      );
    for (const claim of unprepared) claim.isPrepared = true;
    await records.save();
  });
}

/** Reads a claim from the server and checks that it serves the pod. @throws Error in kubelet's words */
async function findClaim(pod: Live<Pod>, { name, isGenerated }: PodClaim, client: Client): Promise<Live<ResourceClaim>> {
  const claim = await client.get(resourceClaims, { namespace: pod.metadata.namespace ?? '', name }).catch((error: unknown) => {
    throw new Error(`fetch ResourceClaim ${name}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const foreign = isGenerated ? foreignClaim(pod, claim) : undefined;
  if (foreign !== undefined) throw new Error(foreign);
  if (!isReservedFor(pod, claim)) {
    throw new Error(`pod ${pod.metadata.name} (${pod.metadata.uid}) is not allowed to use ResourceClaim ${name} (${claim.metadata.uid})`);
  }
  return claim;
}

/** @throws Error in kubelet's words if the claim is not allocated */
function stateOf({ metadata, status }: Live<ResourceClaim>): ClaimState {
  if (!status?.allocation) throw new Error(`ResourceClaim ${metadata.name}: not allocated`);
  const results = status.allocation.devices?.results ?? [];
  return {
    uid: metadata.uid,
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    podUids: new Set(),
    drivers: new Map(results.map(({ driver }) => [driver, []])),
    isPrepared: false,
  };
}

/** Records that the pod uses the claim. @throws Error if an earlier claim of the name is still prepared */
function takeUp(claim: ClaimState, podUid: string, records: ClaimRecords): void {
  const known = records.get(claim.namespace, claim.name);
  if (known && known.uid !== claim.uid) {
    throw new Error(`old ResourceClaim with same name ${claim.name} and different UID ${known.uid} still exists (previous pod force-deleted?!)`);
  }
  if (!known) records.add(claim);
  records.addPod(known ?? claim, podUid);
}

/** Has one driver prepare its devices in claims. @throws Error in kubelet's words */
async function prepareOn(driver: string, plugin: PluginClient, claims: readonly ClaimState[]): Promise<void> {
  if (claims.length === 0) return;
  const requests = claims.map(({ namespace, uid, name }) => ({ namespace, uid, name }));
  const outcomes = await plugin.prepare(requests).catch((error: unknown) => {
    throw new Error(`NodePrepareResources: ${error instanceof Error ? error.message : String(error)}`);
  });
  checkOutcomes('NodePrepareResources', requests, outcomes);
  for (const claim of claims) claim.drivers.set(driver, (outcomes.get(claim.uid)?.devices ?? []).map(toDevice));
}

const toDevice = (device: DriverDevice) => ({
  poolName: device.pool_name,
  deviceName: device.device_name,
  shareId: device.share_id,
  requestNames: device.request_names,
  cdiDeviceIds: device.cdi_device_ids,
});
