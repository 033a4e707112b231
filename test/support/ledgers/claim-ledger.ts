import { setTimeout as delay } from 'node:timers/promises';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { hasReason, isAlreadyExists, isNotFound, StatusError } from '../../../api/meta/status-error.ts';
import type { Client } from '../../../runtime/client/client.ts';

/** Clients that take what the cluster gives out once only (addresses, node ports, shares of a quota), through whatever happens to the server. */
export interface ClaimLedger {
  run(signal: AbortSignal): Promise<void>;
  /** Services that were acknowledged and not deleted: name → cluster IP and node port. */
  readonly services: ReadonlyMap<string, string>;
  /** Node ports that were given back. */
  readonly freed: ReadonlySet<number>;
}

const RETRY_MS = 30;

/** In a namespace with a quota for pods: whatever fits is created, and some of it deleted again. */
export function createClaimLedger(client: Client, namespace: string): ClaimLedger {
  const kept = new Map<string, string>();
  const freed = new Set<number>();

  /** Repeats until the server answers; an answer that repeating explains (it is there, it is gone) counts as done. */
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
      // Nobody schedules them: what is counted is what was created.
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
