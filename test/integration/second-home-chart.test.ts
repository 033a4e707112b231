import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import { ROOT } from '../support/checkout.ts';
import { clientTools } from '../support/commands/client-tools.ts';
import { run } from '../support/commands/program.ts';
import { deployment } from '../support/manifests.ts';
import { dashboardQueries, metricsIn } from '../support/metrics/dashboard-queries.ts';
import { familiesOf, sampleNames } from '../support/metrics/metric-families.ts';
import type { ChartReplica } from '../support/second-home/chart-replica.ts';
import type { SecondHome } from '../support/second-home/second-home.ts';
import { RELEASE_NAMESPACE, startSecondHome } from '../support/second-home/second-home.ts';

/** Reads metrics over TLS, the certificate unverified. */
function securely(replica: ChartReplica, token?: string) {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    request(`${replica.secureUrl}/metrics`, { headers, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the chart, on a cluster that serves none of the concepts itself', () => {
  let home: SecondHome;
  let replica: ChartReplica;
  beforeAll(async () => {
    home = await startSecondHome();
    replica = await home.startReplica();
  });
  afterAll(() => home?.stop());

  it('keeps what the tour of its workloads promises', async () => {
    const tools = clientTools();
    const env = { KUBECTL: `${join(tools, 'kubectl')} --kubeconfig ${home.kubectl.kubeconfig}`, IMAGE: 'web:1', IMAGE_2: 'web:2' };
    const { code, stdout, stderr } = await run('sh', [join(ROOT, 'test', 'second-home-tour.sh'), 'workloads'], { env, timeoutMs: 590_000 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^ok: /gm)?.length).toBeGreaterThanOrEqual(14);
  }, 600_000);

  it('serves what its dashboard and its alerts ask for', async () => {
    const families = familiesOf(await (await fetch(`${replica.url}/metrics`)).text());
    const served = new Set(['up', ...[...families].flatMap(([name, family]) => sampleNames(name, family))]);
    const queries = [...dashboardQueries('deploy/chart/files/dashboard.json')];
    expect(queries.length).toBeGreaterThanOrEqual(15);
    expect(queries.flatMap(metricsIn).filter((name) => !served.has(name))).toEqual([]);
  });

  it('tells in events of the Lease who leads', async () => {
    const events = () => home.kubectl('get', 'events', '-n', RELEASE_NAMESPACE, '--field-selector', 'involvedObject.kind=Lease', '-o', 'wide');
    await eventually(async () => expect(await events()).toMatch(/Normal +LeaderElection +lease\/skiff-controllers .*skiff-0_\S+ became leader/));
  });
});

describe('the chart, with secured metrics and one namespace to watch', () => {
  let home: SecondHome;
  let replica: ChartReplica;
  beforeAll(async () => {
    home = await startSecondHome('metrics.secure.enabled=true', 'watchNamespaces={default}');
    replica = await home.startReplica();
    await eventually(async () => expect((await fetch(`${replica.url}/readyz`)).status).toBe(200));
  });
  afterAll(() => home?.stop());

  it('shows the metrics to those who may read them, and to nobody else', async () => {
    const token = async (account: string) => (await home.kubectl('create', 'token', account, '-n', 'default')).trim();
    for (const account of ['reader', 'stranger']) await home.kubectl('create', 'serviceaccount', account, '-n', 'default');
    await home.kubectl('create', 'clusterrolebinding', 'reader', '--clusterrole=skiff-metrics-reader', '--serviceaccount=default:reader');
    expect((await fetch(`${replica.url}/metrics`)).status).toBe(404);
    expect(await securely(replica)).toMatchObject({ status: 401, text: 'Unauthorized\n' });
    expect(await securely(replica, 'forged')).toMatchObject({ status: 401 });
    expect(await securely(replica, await token('stranger'))).toMatchObject({
      status: 403,
      text: 'Authorization denied for user system:serviceaccount:default:stranger\n',
    });
    expect(await securely(replica, await token('reader'))).toMatchObject({
      status: 200,
      text: expect.stringContaining('leader_election_master_status'),
    });
  });

  it('works in that namespace with rights there alone, and leaves others as they are', async () => {
    const elsewhere = await home.namespace('elsewhere');
    const web = { ...deployment('web', 2), apiVersion: 'skiff.dev/v1' };
    await elsewhere.input(web, 'create', '-f', '-');
    const here = home.kubectl.in('default');
    await here.input(web, 'create', '-f', '-');
    await eventually(async () => expect(await here.path('{.status.availableReplicas}', 'sdep', 'web')).toBe('2'));
    expect(await elsewhere.path('{.status}', 'sdep', 'web')).toBe('');
    expect([...home.gate.refused]).toEqual([]);
    const clusterWide = home.grants.filter(({ namespace }) => namespace === '').flatMap(({ rule }) => rule.resources ?? []);
    expect(clusterWide.sort()).toEqual(['nodes', 'subjectaccessreviews', 'tokenreviews']);
  });
});
