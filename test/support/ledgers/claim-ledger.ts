import { setTimeout as delay } from 'node:timers/promises';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { hasReason, isAlreadyExists, isNotFound, StatusError } from '../../../api/meta/status-error.ts';
import type { Client } from '../../../runtime/client/client.ts';

/** Clients that claim unique things (addresses, node ports, shares of a quota) while the server fails and restarts. */
export interface ClaimLedger {
  run(signal: AbortSignal): Promise<void>;
  /** Name → cluster IP and node port of each Service whose creation was acknowledged and that was not deleted. */
  readonly services: ReadonlyMap<string, string>;
  /** Node ports of deleted Services. */
  readonly freed: ReadonlySet<number>;
}

const RETRY_MS = 30;

/** Creates Services and pods in a namespace with a quota for pods, and deletes some of them. */
export function createClaimLedger(client: Client, namespace: string): ClaimLedger {
  const kept = new Map<string, string>();
  const freed = new Set<number>();

  /** Repeats until the server answers. `AlreadyExists` and `NotFound` count as done: an earlier try explains them. Returns false if forbidden. */
  const insist = async (send: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> => {
    while (!signal.aborted) {
      try {
        await send();
        return true;
      } catch (error) {
        if (isAlreadyExists(error) || isNotFound(error)) return true;
        if (hasReason(error, 'Forbidden')) return false;
        if (error instanceof StatusError && error.code < 500) throw error;
        await delay(RETRY_MS);
      }
    }
    return false;
  };
  const takeServices = async (signal: AbortSignal): Promise<void> => {
    for (let at = 0; !signal.aborted; at++) {
      const key = { namespace, name: `s-${at}` };
      const metadata = { ...key };
      const object = { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'NodePort', ports: [{ port: 80 }] } };
      if (!(await insist(() => client.create(services, object), signal))) return;
      let port = 0;
      const noted = await insist(async () => {
        const { spec } = await client.get(services, key);
        port = spec?.ports?.[0]?.nodePort ?? 0;
        kept.set(key.name, `${spec?.clusterIP} ${port}`);
      }, signal);
      if (!noted) return;
      if (at % 2 === 0 || !(await insist(() => client.delete(services, key), signal))) continue;
      kept.delete(key.name);
      freed.add(port);
    }
  };
  const takeQuota = async (signal: AbortSignal): Promise<void> => {
    for (let at = 0; !signal.aborted; at++) {
      const key = { namespace, name: `p-${at}` };
      // No scheduler takes these pods: the quota counts exactly the pods that were created.
      const spec = { schedulerName: 'nobody', containers: [{ name: 'a', image: 'a', resources: { requests: { cpu: '10m' } } }] };
      await insist(() => client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { ...key }, spec }), signal);
      if (at % 3 === 1) await insist(() => client.delete(pods, { ...key, name: `p-${at - 1}` }, { gracePeriodSeconds: 0 }), signal);
    }
  };
  return {
    async run(signal) {
      await Promise.all([takeServices(signal), takeQuota(signal)]);
    },
    services: kept,
    freed,
  };
}
