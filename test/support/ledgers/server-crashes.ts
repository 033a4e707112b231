import { expect } from '@jest/globals';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { eventually } from '../../../cli/cluster/eventually.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { createHttpsClient } from '../../../runtime/client/https-client.ts';
import { kubeconfigCredentials } from '../../../runtime/client/kubeconfig.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import { quota, service } from '../manifests.ts';
import { createClaimLedger } from './claim-ledger.ts';
import { createWriteLedger } from './write-ledger.ts';

/** Number of times that a test of crashes kills a process. */
export const KILLS = 10;
/** Ten starts of a process, on a machine where one takes half a minute. */
export const KILLS_TIMEOUT_MS = 600_000;
/** Number of acknowledged writes between two kills. */
const WRITES = 20;
const POD_QUOTA = 15;

async function clientOf({ kubectl }: { readonly kubectl: Kubectl }): Promise<Client> {
  return createHttpsClient({ ...(await kubeconfigCredentials(kubectl.kubeconfig)), userAgent: 'skiff-test', timeoutMs: 30_000 });
}

/** Kills the server ten times while clients write, and checks that each acknowledged write is there once. */
export async function serverSurvives(cluster: Pick<SimulatedCluster, 'kubectl' | 'pid' | 'up'>): Promise<void> {
  const client = await clientOf(cluster);
  for (const namespace of ['writes', 'claims']) await cluster.kubectl('create', 'namespace', namespace);
  await cluster.kubectl('wait', '--for=create', 'serviceaccount/default', '-n', 'claims', '--timeout=60s');
  await cluster.kubectl.in('claims').input(quota('claims', { pods: String(POD_QUOTA), services: '1000' }), 'create', '-f', '-');
  await eventually(async () => expect(await cluster.kubectl.in('claims').path('{.status.used.pods}', 'quota', 'claims')).toBe('0'));
  const writes = await createWriteLedger(client, 'writes');
  const claims = createClaimLedger(client, 'claims');
  const stop = new AbortController();
  const running = Promise.all([writes.run(stop.signal), claims.run(stop.signal)]);
  running.catch(() => stop.abort());
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const before = writes.acknowledged;
      await eventually(() => expect(stop.signal.aborted || writes.acknowledged >= before + WRITES).toBe(true));
      process.kill(await cluster.pid('server'), 'SIGKILL');
      await cluster.up();
      const { items } = await eventually(() => client.list(pods, { namespace: 'claims' }));
      expect(items.length).toBeLessThanOrEqual(POD_QUOTA);
    }
  } catch (error) {
    stop.abort();
    // The clients of a server that is gone fail too: that is not what went wrong first.
    await running.catch(() => {});
    throw error;
  }
  stop.abort();
  await running;
  expect(await writes.faults()).toEqual([]);
  await claimsAgree(client, claims.services);
  // Released claims are free again, including those released at the moment of a crash.
  const { items } = await client.list(services, { namespace: 'claims' });
  const taken = new Set(items.flatMap(({ spec }) => spec?.ports?.map(({ nodePort }) => nodePort) ?? []));
  for (const port of [...claims.freed].slice(-3 * KILLS).filter((freed) => !taken.has(freed))) {
    const object = service(`again-${port}`, { type: 'NodePort', ports: [{ port: 80, nodePort: port }] });
    await eventually(() => client.create(services, { ...object, metadata: { name: `again-${port}`, namespace: 'claims' } }));
  }
}

async function claimsAgree(client: Client, kept: ReadonlyMap<string, string>): Promise<void> {
  const { items } = await client.list(services, { namespace: 'claims' });
  const claimed = new Map(items.map(({ metadata, spec }) => [metadata.name, `${spec?.clusterIP} ${spec?.ports?.[0]?.nodePort}`]));
  for (const [name, wanted] of kept) expect([name, claimed.get(name)]).toEqual([name, wanted]);
  const parts = [...claimed.values()].flatMap((text) => text.split(' '));
  expect(new Set(parts).size).toBe(parts.length);
  await eventually(async () => {
    const { status } = await client.get(resourceQuotas, { namespace: 'claims', name: 'claims' });
    const count = async (kind: typeof pods | typeof services) => (await client.list<object>(kind, { namespace: 'claims' })).items.length;
    expect(status?.used).toMatchObject({ pods: String(await count(pods)), services: String(await count(services)) });
  });
}
