import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { DynamicResources } from '../contract/dynamic-resources.ts';
import { DynamicResourcesError } from '../contract/dynamic-resources.ts';
import type { PluginType } from '../plugin/plugin-registration.ts';
import { claimInfos } from './claim-infos.ts';
import type { ClaimRecords } from './claim-records.ts';
import { openClaimRecords } from './claim-records.ts';
import { cdiNames } from './claim-state.ts';
import type { DeviceId } from './device-health.ts';
import { createDeviceHealthTable } from './device-health.ts';
import { createDraMetrics } from './dra-metrics.ts';
import { createDraPlugins } from './dra-plugins.ts';
import { healthStatus } from './health-status.ts';
import { requestsOf } from './pod-requests.ts';
import { prepareClaims } from './preparation.ts';
import { createSliceWiping } from './slice-wiping.ts';
import { unprepareClaims } from './unpreparation.ts';

export interface DraSideOptions {
  readonly nodeName: string;
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  /** The file that holds the claims from one agent to the next. */
  readonly checkpoint: string;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Has the status of a pod made anew: the health of its devices has changed. */
  readonly wakePod: (podUid: string) => void;
  readonly signal: AbortSignal;
}

/** All of dynamic resource allocation on one node. */
export interface DraSide {
  readonly resources: DynamicResources;
  readonly plugins: PluginType;
  readonly metrics: Registry;
  /** Unprepares claims of pods that the node no longer knows, and takes their health from devices of which nothing is heard. */
  reconcile(isKnown: (podUid: string) => boolean): Promise<void>;
}

/** Sets it up, with the claims that an earlier agent has left, until the signal aborts. @throws Error if the checkpoint cannot be read */
export async function createDraSide(options: DraSideOptions): Promise<DraSide> {
  const { nodeName, root, checkpoint, client, clock, log, wakePod, signal } = options;
  const records = await openClaimRecords(checkpoint);
  const health = createDeviceHealthTable(clock);
  const metrics = createDraMetrics(clock, () => claimsInUse(records));
  const wiping = createSliceWiping({ client, nodeName, clock, log }, signal);
  const wake = (driver: string, devices: readonly DeviceId[]): void => {
    for (const podUid of usersOf(driver, devices, records)) wakePod(podUid);
  };
  const plugins = createDraPlugins({
    root,
    clock,
    log,
    metrics,
    onUsable: (driver, isUsable) => wiping.driverChanged(driver, isUsable),
    onHealth: (driver, report) => wake(driver, health.report(driver, report)),
    onHealthLost: (driver) => wake(driver, health.forget(driver)),
  });
  signal.addEventListener('abort', () => plugins.closeAll(), { once: true });
  const unprepare = (podUid: string): Promise<void> => unprepareClaims(podUid, { plugins, records });

  return {
    plugins,
    metrics: metrics.registry,
    resources: {
      prepare: (pod) =>
        metrics.operation('PrepareResources', () => prepareClaims(pod, { client, plugins, records })).catch(fail('prepare dynamic resources')),
      unprepare: ({ metadata }) => metrics.operation('UnprepareResources', () => unprepare(metadata.uid)).catch(fail('unprepare dynamic resources')),
      async devices(pod, container) {
        const namespace = pod.metadata.namespace ?? '';
        const names = requestsOf(pod, container).flatMap(({ claim, request }) => {
          const state = records.get(namespace, claim);
          if (!state) throw new Error(`internal error: unable to get claim info for ResourceClaim ${claim} in namespace ${namespace}`);
          return cdiNames(state, request);
        });
        return [...new Set(names)];
      },
      health: (pod, container) => healthStatus(pod, container, records, health),
      held: (pod, container) => claimInfos(pod, container, records),
    },
    async reconcile(isKnown) {
      for (const [driver, devices] of health.expire()) wake(driver, devices);
      for (const podUid of [...records.podUids()]) {
        if (isKnown(podUid)) continue;
        await unprepare(podUid).catch((error: unknown) =>
          log.info({ err: error, podUid }, 'claims of a pod that is gone could not be unprepared yet'),
        );
      }
    },
  };
}

const fail =
  (what: string) =>
  (error: unknown): never => {
    throw new DynamicResourcesError(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };

/** The pods that use one of the devices. */
function usersOf(driver: string, devices: readonly DeviceId[], records: ClaimRecords): ReadonlySet<string> {
  const users = new Set<string>();
  if (devices.length === 0) return users;
  const changed = new Set(devices.map(({ pool, device }) => `${pool}/${device}`));
  for (const { drivers, podUids } of records.all()) {
    if (drivers.get(driver)?.some(({ poolName, deviceName }) => changed.has(`${poolName}/${deviceName}`))) for (const uid of podUids) users.add(uid);
  }
  return users;
}

/** Counts prepared claims by driver, as kubelet's metric does. */
function claimsInUse(records: ClaimRecords): ReadonlyMap<string, number> {
  const counts = new Map<string, number>([['<any>', 0]]);
  for (const { isPrepared, drivers } of records.all()) {
    if (!isPrepared) continue;
    for (const name of ['<any>', ...drivers.keys()]) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
