import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, pod } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('pods');
});
afterAll(() => cluster.stop());

describe('the four top-level fields of a manifest', () => {
  it.each([
    ['apiVersion', /apiVersion not set/],
    ['kind', /kind not set|kind.*missing|'Kind' is missing/i],
    ['metadata', /metadata\.name|resource name may not be empty/],
    ['spec', /spec\.containers: Required value/],
  ])('a manifest without %s is refused, naming it', async (field, message) => {
    const { [field]: _, ...rest } = pod('incomplete') as Record<string, unknown>;
    expect(await kubectl.fails(['create', '-f', '-'], rest)).toMatch(message);
  });
});

describe('a pod', () => {
  it('that kubectl run makes, runs', async () => {
    expect(await kubectl('run', 'web', '--image=web:1', '--labels=app=web')).toBe('pod/web created\n');
    await kubectl('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s');
    expect(await kubectl.path('{.status.phase} {.spec.nodeName}', 'pod', 'web')).toBe('Running node-0');
  });

  it('is printed with the columns people know', async () => {
    const [head, row] = (await kubectl('get', 'pods')).split('\n');
    expect(head).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE$/);
    expect(row).toMatch(/^web +1\/1 +Running +0 +[\dms]+$/);
    const [wideHead, wideRow] = (await kubectl('get', 'pods', '-o', 'wide')).split('\n');
    expect(wideHead).toMatch(/AGE +IP +NODE +NOMINATED NODE +READINESS GATES$/);
    expect(wideRow).toMatch(/ 10\.\d+\.\d+\.\d+ +node-0 +<none> +<none>$/);
    expect(await kubectl('get', 'pods', '--show-labels')).toMatch(/app=web/);
    expect(await kubectl('get', 'pods', '-L', 'app')).toMatch(/^NAME .* APP\n.* web$/m);
    expect(await kubectl('get', 'pods', '-A', '--no-headers')).toMatch(/^pods +web /);
  });

  it('is described with its image, its node and its events in order', async () => {
    await eventually(async () => {
      const text = await kubectl('describe', 'pod', 'web');
      expect(text).toMatch(/Image: +web:1/);
      expect(text).toMatch(/Node: +node-0\//);
      expect(text).toMatch(/Scheduled[\s\S]*Successfully assigned pods\/web to node-0[\s\S]*Created[\s\S]*Started/);
    });
    expect(await kubectl('events', '--for', 'pod/web')).toMatch(/Normal +Scheduled +Pod\/web/);
    expect(await kubectl('get', 'events', '--field-selector', 'involvedObject.name=web,reason=Scheduled', '-o', 'name')).toMatch(/^event\/web\./);
  });

  it('answers logs, exec and its own status', async () => {
    expect(await kubectl('logs', 'web')).toMatch(/web/);
    expect(await kubectl('logs', 'web', '--tail=1', '--timestamps')).toMatch(/^\d{4}-\d\d-\d\dT.*\n$/);
    expect(await kubectl('exec', 'web', '--', 'echo', 'hello')).toMatch(/hello/);
    expect((await kubectl.outcome(['exec', 'web', '--', 'false'])).code).toBe(1);
    expect(await kubectl.fails(['logs', 'nobody'])).toMatch(/pods "nobody" not found/);
    expect(await kubectl.fails(['exec', 'web', '-c', 'other', '--', 'true'])).toMatch(/container other (is )?not (found|valid)/);
  });

  it('is selected by labels and fields', async () => {
    await kubectl('run', 'api', '--image=api:1', '--labels=app=api,tier=back');
    const names = async (...args: string[]) => (await kubectl('get', 'pods', '-o', 'name', ...args)).trim().split('\n').sort();
    expect(await names('-l', 'app in (web,api)')).toEqual(['pod/api', 'pod/web']);
    expect(await names('-l', 'app!=web')).toEqual(['pod/api']);
    expect(await names('-l', 'tier')).toEqual(['pod/api']);
    expect(await names('-l', '!tier')).toEqual(['pod/web']);
    expect(await names('--field-selector', 'metadata.name=web')).toEqual(['pod/web']);
    await eventually(async () =>
      expect(await names('--field-selector', 'status.phase=Running,spec.nodeName=node-0')).toEqual(['pod/api', 'pod/web']),
    );
    expect(await kubectl.fails(['get', 'pods', '--field-selector', 'spec.colour=red'])).toMatch(
      /"spec.colour" is not a known field selector|field label not supported/,
    );
  });

  it('cannot change its containers otherwise than by image, and says so', async () => {
    expect(await kubectl.fails(['patch', 'pod', 'web', '-p', '{"spec":{"hostNetwork":true}}'])).toMatch(
      /pod updates may not change fields other than/,
    );
    await kubectl('set', 'image', 'pod/web', 'web=web:2');
    expect(await kubectl.path('{.spec.containers[0].image}', 'pod', 'web')).toBe('web:2');
  });

  it('that ends, completes or starts again by its restart policy', async () => {
    const ends = (name: string, restartPolicy: string, code: string) => ({
      ...pod(name, { restartPolicy }),
      metadata: { name, annotations: { 'simulated.skiff.dev/run-for': '50', 'simulated.skiff.dev/exit-code': code } },
    });
    await kubectl.input([ends('done', 'Never', '0'), ends('broken', 'Never', '3'), ends('again', 'Always', '1')], 'create', '-f', '-');
    await eventually(async () => {
      const rows = await kubectl('get', 'pods');
      expect(rows).toMatch(/^done +0\/1 +Completed /m);
      expect(rows).toMatch(/^broken +0\/1 +Error /m);
      expect(rows).toMatch(/^again +[01]\/1 +(Running|Error|CrashLoopBackOff) +[1-9]/m);
    });
    expect(await kubectl.path('{.status.containerStatuses[0].state.terminated.exitCode}', 'pod', 'broken')).toBe('3');
  });

  it('restarts all of its containers where a rule of one asks for it', async () => {
    const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } };
    const source = container('web:1', { name: 'source', restartPolicy: 'Never', restartPolicyRules: [rule] });
    const manifest = pod('all', {
      restartPolicy: 'Never',
      initContainers: [container('web:1', { name: 'init' })],
      containers: [source, container()],
    });
    const annotations = { 'source.simulated.skiff.dev/run-for': '1s', 'source.simulated.skiff.dev/exit-code': '42' };
    await kubectl.input([{ ...manifest, metadata: { name: 'all', annotations } }], 'create', '-f', '-');
    await kubectl('wait', '--for=condition=AllContainersRestarting', 'pod/all', '--timeout=60s');
    await kubectl('wait', '--for=condition=AllContainersRestarting=false', 'pod/all', '--timeout=60s');
    await eventually(async () => expect(await kubectl('get', 'pod', 'all', '--no-headers')).toMatch(/^all +2\/2 +Running +[1-9]/));
    expect(await kubectl.path('{..lastState.terminated.reason}', 'pod', 'all')).toBe(Array(3).fill('RestartingAllContainers').join(' '));
  });

  it('is deleted, its grace period kept to, and is then gone', async () => {
    expect(await kubectl('delete', 'pod', 'api', '--grace-period=1')).toMatch(/pod "api" deleted/);
    expect(await kubectl.fails(['get', 'pod', 'api'])).toMatch(/Error from server \(NotFound\): pods "api" not found/);
    expect(await kubectl('delete', 'pod', 'web', '--now')).toMatch(/deleted/);
    expect(await kubectl('delete', 'pod', 'done', '--force', '--grace-period=0')).toMatch(/force deleted|deleted/);
    expect(await kubectl('delete', 'pod', 'done', '--ignore-not-found')).toBe('');
  });
});
