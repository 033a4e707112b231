import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leases } from '../../api/kinds/coordination/lease.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { deployment } from '../support/manifests.ts';
import type { ChartReplica } from '../support/second-home/chart-replica.ts';
import type { SecondHome } from '../support/second-home/second-home.ts';
import { RELEASE_NAMESPACE, startSecondHome } from '../support/second-home/second-home.ts';

let home: SecondHome;
beforeAll(async () => {
  home = await startSecondHome();
});
afterAll(() => home?.stop());

const get = async (replica: ChartReplica, path: string) => {
  const response = await fetch(`${replica.url}${path}`);
  return { status: response.status, text: await response.text() };
};
const leads = async (replica: ChartReplica): Promise<string> =>
  /^leader_election_master_status\{name="skiff-controllers"\} (\d)$/m.exec((await get(replica, '/metrics')).text)?.[1] ?? '';
const holder = async () =>
  (await home.client.get(leases, { namespace: RELEASE_NAMESPACE, name: 'skiff-controllers' })).spec?.holderIdentity?.split('_')[0];
const ready = (replica: ChartReplica) => eventually(async () => expect(await get(replica, '/readyz')).toEqual({ status: 200, text: 'ok' }));

/** Creates a Deployment and waits for its pods, which shows that one replica works. */
async function works(name: string): Promise<void> {
  const kubectl = home.kubectl.in('default');
  await kubectl.input({ ...deployment(name, 2), apiVersion: 'skiff.dev/v1' }, 'create', '-f', '-');
  await eventually(async () => expect(await kubectl.path('{.status.availableReplicas}', 'deployments.skiff.dev', name)).toBe('2'));
}

describe('of several replicas of the chart', () => {
  let [first, second, third]: ChartReplica[] = [];

  it('one leads, the others stand by, and all answer their probes', async () => {
    first = await home.startReplica();
    await ready(first);
    second = await home.startReplica();
    await ready(second);
    expect(await get(second, '/healthz')).toEqual({ status: 200, text: 'ok' });
    expect((await get(second, '/nothing')).status).toBe(404);
    await eventually(async () => expect([await leads(first!), await leads(second!), await holder()]).toEqual(['1', '0', first!.name]));
    await works('one');
  });

  it('the next takes over at once when the leader ends in order', async () => {
    expect(await first!.end('SIGTERM')).toBe(0);
    expect(await holder()).not.toBe(first!.name);
    await eventually(async () => expect([await holder(), await leads(second!)]).toEqual([second!.name, '1']));
    await works('two');
  });

  it('the next takes over when the Lease of a killed leader has run out', async () => {
    third = await home.startReplica();
    await ready(third);
    await second!.end('SIGKILL');
    expect(await holder()).toBe(second!.name);
    await eventually(async () => expect([await holder(), await leads(third!)]).toEqual([third!.name, '1']));
    await works('three');
  }, 180_000);

  it('none does anything twice: there are as many pods as were asked for', async () => {
    expect((await home.kubectl('get', 'pods', '-n', 'default', '-o', 'name')).trim().split('\n')).toHaveLength(6);
    expect([...home.gate.refused]).toEqual([]);
  });
});
