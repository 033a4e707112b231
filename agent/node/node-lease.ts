import type { Lease } from '../../api/kinds/coordination/lease.ts';
import { leases } from '../../api/kinds/coordination/lease.ts';
import type { Live } from '../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { microTimeText, sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';

const NAMESPACE = 'kube-node-lease';
export const LEASE_SECONDS = 40;
/** A quarter of the duration, as kubelet renews. */
const RENEW_MS = (LEASE_SECONDS / 4) * 1000;
const RETRY_MS = 1_000;

export interface NodeLeaseOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly nodeName: string;
  readonly nodeUid: () => string | undefined;
}

/** Renews the node's lease until the signal aborts: the sign of life that the node controller watches. */
export async function renewLease({ client, clock, log, nodeName, nodeUid }: NodeLeaseOptions, signal: AbortSignal): Promise<void> {
  let held: Live<Lease> | undefined;
  let failing = false;
  while (!signal.aborted) {
    let waitMs = RENEW_MS;
    try {
      held = await renew(client, clock, nodeName, nodeUid(), held);
      failing = false;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) held = undefined;
      // The first of failures in a row is told of: without the lease the node counts as lost.
      log[failing ? 'debug' : 'warn']({ err: error }, 'the lease could not be renewed');
      failing = true;
      waitMs = RETRY_MS;
    }
    await sleep(clock, waitMs, signal);
  }
}

async function renew(client: Client, clock: Clock, name: string, uid: string | undefined, held: Live<Lease> | undefined): Promise<Live<Lease>> {
  const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTimeText(clock.now()) };
  if (held) return client.update(leases, { ...held, spec });
  const current = await client.get(leases, { namespace: NAMESPACE, name }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (current) return client.update(leases, { ...current, spec });
  const ownerReferences = uid ? [{ apiVersion: 'v1', kind: 'Node', name, uid }] : [];
  return client.create(leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: NAMESPACE, ownerReferences },
    spec,
  });
}
