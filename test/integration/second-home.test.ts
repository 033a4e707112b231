import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, deployment, pod, quota, replicationController, service } from '../support/manifests.ts';
import type { SecondHome } from '../support/second-home/second-home.ts';
import { RELEASE_NAMESPACE, startSecondHome } from '../support/second-home/second-home.ts';

let home: SecondHome;
let kubectl: Kubectl;
beforeAll(async () => {
  home = await startSecondHome();
  kubectl = await home.namespace('second-home');
});
afterAll(() => home?.stop());

const inSkiffDev = (manifest: object) => ({ ...manifest, apiVersion: 'skiff.dev/v1' });
const WEB = 'deployments.skiff.dev/web';

/** Waits until the Deployment web has so many pods, all available and of one image. */
const rolledOut = (count: number, image: string) =>
  eventually(async () => {
    const status = '{.metadata.generation}={.status.observedGeneration} {.status.availableReplicas} {.status.replicas}';
    expect(await kubectl.path(status, WEB)).toMatch(new RegExp(`^(\\d+)=\\1 ${count} ${count}$`));
    const images = await kubectl.path('{.items[*].spec.containers[0].image}', 'pods', '-l', 'app=web');
    expect(images.split(' ')).toEqual(Array.from({ length: count }, () => image));
  });
const setImage = (image: string) =>
  kubectl('patch', WEB, '--type=json', '-p', JSON.stringify([{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: image }]));
const revision = () => kubectl.path("{.metadata.annotations['deployment\\.kubernetes\\.io/revision']}", WEB);

describe('a Deployment of skiff.dev', () => {
  it('is stored with its defaults, and makes nothing before the controllers of the chart run', async () => {
    await kubectl.input(inSkiffDev(deployment('web', 3)), 'create', '-f', '-');
    expect(await kubectl.path('{.spec.revisionHistoryLimit} {.spec.template.spec.terminationGracePeriodSeconds}', WEB)).toBe('10 30');
    expect(await kubectl.path('{.status}', WEB)).toBe('');
    expect(await kubectl('get', 'pods', '-o', 'name')).toBe('');
  });

  it('makes a ReplicaSet of skiff.dev, which makes the pods', async () => {
    await home.startReplica();
    await rolledOut(3, 'web:1');
    const owner = '{.items[0].metadata.ownerReferences[0].apiVersion} {.items[0].metadata.ownerReferences[0].kind}';
    expect(await kubectl.path(owner, 'replicasets.skiff.dev')).toBe('skiff.dev/v1 Deployment');
    expect(await kubectl.path(owner, 'pods', '-l', 'app=web')).toBe('skiff.dev/v1 ReplicaSet');
    expect(await kubectl('get', 'replicasets.apps', '-o', 'name')).toBe('');
    await eventually(async () => expect(await kubectl('describe', WEB)).toMatch(/ScalingReplicaSet .*Scaled up replica set web-\w+ from 0 to 3/));
  });

  it('shows its columns', async () => {
    expect(await kubectl('get', 'deployments.skiff.dev')).toMatch(/^NAME +DESIRED +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +3 +3 +3 +3 +[\dms]+\n$/);
    expect(await kubectl('get', 'sdep', '-o', 'wide')).toMatch(
      /^NAME +DESIRED +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\nweb .* web +web:1 +\{"app":"web"\}\n$/,
    );
    expect(await kubectl('get', 'srs')).toMatch(/^NAME +DESIRED +CURRENT +READY +AGE\nweb-\w+ +3 +3 +3 /);
    expect(await kubectl('get', 'skiff')).toMatch(/^deployment\.skiff\.dev\/web /m);
    expect(await kubectl('wait', 'sdep/web', '--for=condition=Available', '--timeout=60s')).toBe('deployment.skiff.dev/web condition met\n');
  });

  it('rolls to another image, never below what must be available', async () => {
    let fewest = Number.POSITIVE_INFINITY;
    const watch = new AbortController();
    const kind = { group: 'skiff.dev', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true };
    const watching = home.client.watch(
      kind,
      { namespace: 'second-home', resourceVersion: '0' },
      (event) => {
        if (event.type === 'BOOKMARK') return;
        fewest = Math.min(fewest, (event.object as { status?: { availableReplicas?: number } }).status?.availableReplicas ?? 0);
      },
      watch.signal,
    );
    await setImage('web:2');
    await rolledOut(3, 'web:2');
    watch.abort();
    await watching;
    expect(fewest).toBeGreaterThanOrEqual(3);
    expect(await revision()).toBe('2');
  });

  it('goes back to the ReplicaSet it had when its template does', async () => {
    const before = (await kubectl('get', 'replicasets.skiff.dev', '-o', 'name')).split('\n').sort();
    await setImage('web:1');
    await rolledOut(3, 'web:1');
    expect((await kubectl('get', 'replicasets.skiff.dev', '-o', 'name')).split('\n').sort()).toEqual(before);
    expect(await revision()).toBe('3');
  });

  it('is scaled by kubectl through its scale subresource', async () => {
    await kubectl('scale', WEB, '--replicas=5', '--current-replicas=3');
    await rolledOut(5, 'web:1');
    const scale = JSON.parse(await kubectl('get', '--raw', '/apis/skiff.dev/v1/namespaces/second-home/deployments/web/scale'));
    expect(scale).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 5 }, status: { replicas: 5 } });
  });

  it('keeps its status apart: who writes the one leaves the other alone', async () => {
    const generation = await kubectl.path('{.metadata.generation}', WEB);
    await kubectl('patch', WEB, '--subresource=status', '--type=merge', '-p', '{"status":{"collisionCount":3},"spec":{"replicas":1}}');
    expect(await kubectl.path('{.spec.replicas} {.status.collisionCount} {.metadata.generation}', WEB)).toBe(`5 3 ${generation}`);
    await kubectl('patch', WEB, '--type=merge', '-p', '{"status":{"collisionCount":9}}');
    expect(await kubectl.path('{.status.collisionCount}', WEB)).toBe('3');
  });

  it('keeps no more old ReplicaSets than it is told to', async () => {
    await kubectl('patch', WEB, '--type=merge', '-p', '{"spec":{"revisionHistoryLimit":0}}');
    await eventually(async () => expect((await kubectl('get', 'replicasets.skiff.dev', '-o', 'name')).trim().split('\n')).toHaveLength(1));
  });

  it('leaves its pods to the next of its name when it is orphaned', async () => {
    const names = (kind: string) => kubectl.path('{.items[*].metadata.name}', kind, '-l', 'app=web');
    const before = { sets: await names('replicasets.skiff.dev'), pods: await names('pods') };
    await kubectl('delete', WEB, '--cascade=orphan');
    await kubectl.input(inSkiffDev(deployment('web', 5)), 'create', '-f', '-');
    await rolledOut(5, 'web:1');
    expect({ sets: await names('replicasets.skiff.dev'), pods: await names('pods') }).toEqual(before);
    await kubectl('delete', 'replicasets.skiff.dev', before.sets, '--cascade=orphan');
    await eventually(async () => expect(await kubectl.path('{.items[0].status.availableReplicas}', 'replicasets.skiff.dev')).toBe('5'));
    expect(await names('pods')).toBe(before.pods);
  });

  it('takes all it made with it', async () => {
    await kubectl('delete', WEB);
    await eventually(async () => expect(await kubectl('get', 'replicasets.skiff.dev,pods', '-o', 'name')).toBe(''));
  });
});

describe('what is wrong with an object of skiff.dev', () => {
  const broken = (spec: object, base: object = deployment('bad', 1)) =>
    inSkiffDev({ ...base, spec: { ...(base as { spec: object }).spec, ...spec } });

  it('is said by the schema, with the path of the field', async () => {
    const create = ['create', '--validate=ignore', '-f', '-'];
    expect(await kubectl.fails(create, broken({ replicas: 'three' }))).toMatch(
      /spec\.replicas: Invalid value: "string": spec\.replicas in body must be of type integer: "string"/,
    );
    expect(await kubectl.fails(create, broken({ template: { spec: {} } }))).toMatch(/spec\.template\.spec\.containers: Required value/);
    expect(await kubectl.fails(create, broken({ hard: { pods: 'many' } }, quota('bad', {})))).toMatch(/spec\.hard\.pods: Invalid value: "many"/);
  });

  it('is said of unknown fields too, which are pruned where nobody asked', async () => {
    expect(await kubectl.fails(['create', '-f', '-'], broken({ replicsa: 3 }))).toMatch(/unknown field "spec\.replicsa"/);
    await kubectl.input(broken({ replicsa: 3, replicas: 0 }), 'create', '--validate=ignore', '-f', '-');
    expect(await kubectl.path('{.spec}', 'deployments.skiff.dev', 'bad')).not.toMatch(/replicsa/);
    await kubectl('delete', 'deployments.skiff.dev', 'bad');
  });

  it('can be looked up with kubectl explain', async () => {
    expect(await kubectl('explain', 'deployments.spec.replicas', '--api-version=skiff.dev/v1')).toMatch(
      /GROUP: +skiff\.dev\nKIND: +Deployment\nVERSION: +v1[\s\S]*FIELD: replicas <integer>/,
    );
    expect(await kubectl('explain', 'resourcequotas', '--api-version=skiff.dev/v1', '--recursive')).toMatch(/\n {4}hard\t<map\[string\]/);
  });
});

describe('the other concepts of skiff.dev', () => {
  it('a ReplicationController replaces a pod that goes', async () => {
    await kubectl.input(inSkiffDev(replicationController('rc', 2)), 'create', '-f', '-');
    const columns = /^NAME +DESIRED +CURRENT +READY +AGE\nrc +2 +2 +2 +[\dms]+\n$/;
    await eventually(async () => expect(await kubectl('get', 'replicationcontrollers.skiff.dev')).toMatch(columns));
    const [gone = ''] = (await kubectl('get', 'pods', '-l', 'app=rc', '-o', 'name')).trim().split('\n');
    await kubectl('delete', gone);
    await eventually(async () => {
      const names = (await kubectl('get', 'pods', '-l', 'app=rc', '-o', 'name')).trim().split('\n');
      expect(names).toHaveLength(2);
      expect(names).not.toContain(gone);
    });
  });

  it('a Service has the endpoints of its pods, and follows its ports', async () => {
    await kubectl.input(inSkiffDev(service('rc')), 'create', '-f', '-');
    const slice = async () => JSON.parse(await kubectl('get', 'endpointslices', '-l', 'kubernetes.io/service-name=rc', '-o', 'json')).items;
    await eventually(async () => {
      const addresses = (await kubectl.path('{.items[*].status.podIP}', 'pods', '-l', 'app=rc')).split(' ').sort();
      expect(addresses).toHaveLength(2);
      const [only, ...others] = await slice();
      expect(others).toEqual([]);
      expect(only.metadata.ownerReferences[0]).toMatchObject({ apiVersion: 'skiff.dev/v1', kind: 'Service', name: 'rc' });
      expect(only.endpoints.map((endpoint: { addresses: string[] }) => endpoint.addresses[0]).sort()).toEqual(addresses);
    });
    await kubectl('scale', 'replicationcontrollers.skiff.dev/rc', '--replicas=3');
    await eventually(async () => expect((await slice()).map(({ endpoints }: { endpoints: object[] }) => endpoints.length)).toEqual([3]));
    await kubectl('patch', 'services.skiff.dev', 'rc', '--type=merge', '-p', '{"spec":{"ports":[{"name":"web","port":81,"targetPort":8081}]}}');
    await eventually(async () =>
      expect((await slice()).map(({ ports }: { ports: object[] }) => ports)).toEqual([[expect.objectContaining({ port: 8081 })]]),
    );
    await kubectl('scale', 'replicationcontrollers.skiff.dev/rc', '--replicas=0');
    await eventually(async () => expect((await slice()).map(({ endpoints }: { endpoints: object[] }) => endpoints ?? [])).toEqual([[]]));

    // A surplus slice is deleted.
    const [{ metadata, ...rest }] = await slice();
    const { namespace, labels, ownerReferences } = metadata;
    await kubectl.input({ ...rest, metadata: { name: 'rc-second', namespace, labels, ownerReferences } }, 'create', '-f', '-');
    await eventually(async () => expect(await slice()).toHaveLength(1));
  });

  it('a Service has a slice for each number that its port goes by, as long as a pod has it', async () => {
    const listening = (name: string, containerPort: number) =>
      pod(name, { labels: { app: 'split' }, containers: [container('web:1', { ports: [{ name: 'web', containerPort }] })] });
    await kubectl.input([listening('old', 8081), listening('new', 8082)], 'create', '-f', '-');
    await kubectl.input(inSkiffDev(service('split', { ports: [{ port: 80, targetPort: 'web' }] })), 'create', '-f', '-');
    const ports = async () =>
      (await kubectl.path('{.items[*].ports[0].port}', 'endpointslices', '-l', 'kubernetes.io/service-name=split')).split(' ').sort();
    await eventually(async () => expect(await ports()).toEqual(['8081', '8082']));
    await kubectl('delete', 'pod', 'old');
    await eventually(async () => expect(await ports()).toEqual(['8082']));
    await kubectl('delete', 'services.skiff.dev/split', 'pod/new');
  });

  it('a Service has a core Service behind it, and keeps no finalizer that outlives the chart', async () => {
    await kubectl('wait', '--for=condition=Ready', 'services.skiff.dev/rc', '--timeout=60s');
    const address = await kubectl.path('{.spec.clusterIP}', 'services/rc');
    expect(await kubectl('get', 'services.skiff.dev')).toMatch(new RegExp(`^rc +ClusterIP +${address.replaceAll('.', '\\.')} +81 +[\\dms]+$`, 'm'));
    await kubectl('patch', 'services.skiff.dev/rc', '--type=merge', '-p', '{"spec":{"ports":[{"name":"web","port":82,"targetPort":8081}]}}');
    await eventually(async () => expect(await kubectl.path('{.spec.ports[0].port}', 'services/rc')).toBe('82'));
    const finalizers = ['service.kubernetes.io/load-balancer-cleanup'];
    await kubectl('patch', 'services.skiff.dev/rc', '--type=merge', '-p', JSON.stringify({ metadata: { finalizers } }));
    await eventually(async () => expect(await kubectl.path('{.metadata.finalizers}', 'services.skiff.dev', 'rc')).toBe(''));
    await kubectl('delete', 'services.skiff.dev', 'rc', '--timeout=60s');
    await eventually(async () => expect(await kubectl('get', 'endpointslices,services', '-o', 'name')).toBe(''));
  });

  it('a ResourceQuota counts what is used, of all that it limits', async () => {
    const hard = { pods: '10', 'requests.cpu': '2', configmaps: '5', 'count/deployments.skiff.dev': '4', secrets: '3' };
    await kubectl.input(inSkiffDev(quota('all', hard)), 'create', '-f', '-');
    const used = (pods: string, deployments: string, cpu: string) => ({
      pods,
      'requests.cpu': cpu,
      configmaps: '1',
      'count/deployments.skiff.dev': deployments,
      secrets: '0',
    });
    const status = async () => JSON.parse(await kubectl('get', 'resourcequotas.skiff.dev', 'all', '-o', 'json')).status;
    await eventually(async () => expect(await status()).toMatchObject({ hard, used: used('0', '0', '0') }));
    expect((await status()).conditions.map(({ type, status: value }: { type: string; status: string }) => `${type}=${value}`)).toEqual([
      'Enforced=False',
      'Counted=True',
    ]);
    const template = {
      metadata: { labels: { app: 'counted' } },
      spec: { containers: [container('web:1', { resources: { requests: { cpu: '250m' } } })] },
    };
    await kubectl.input(inSkiffDev(deployment('counted', 2, { template })), 'create', '-f', '-');
    await eventually(async () => expect((await status()).used).toEqual(used('2', '1', '500m')));
    await kubectl('delete', 'deployments.skiff.dev', 'counted');
    await eventually(async () => expect((await status()).used).toEqual(used('0', '0', '0')));
  });
});

describe('the Lease of the chart', () => {
  it('is filled in by the controllers, and created anew if somebody deletes it', async () => {
    const system = home.kubectl.in(RELEASE_NAMESPACE);
    const holder = () => system.path('{.spec.holderIdentity}', 'lease', 'skiff-controllers');
    expect(await system.path('{.metadata.labels}', 'lease', 'skiff-controllers')).toMatch(/"app.kubernetes.io\/instance":"skiff"/);
    const leader = await holder();
    expect(leader).toMatch(/^skiff-0_/);
    await system('delete', 'lease', 'skiff-controllers');
    await eventually(async () => expect(await holder()).toBe(leader));
  });
});

describe('the rights that the chart gives its controllers', () => {
  it('are all they need', () => expect([...home.gate.refused]).toEqual([]));

  it('let them write nothing that they have no need to', () => {
    const writes = new Set(['create', 'update', 'patch', 'delete', 'deletecollection', '*']);
    const granted = home.grants.flatMap(({ rule }) =>
      (rule.apiGroups ?? []).flatMap((group) =>
        (rule.resources ?? []).flatMap((resource) =>
          rule.verbs.filter((verb) => writes.has(verb)).map((verb) => `${verb} ${group}${group === '' ? '' : '/'}${resource}`),
        ),
      ),
    );
    // A server checks these by itself, and no request is sent for them: `update` on finalizers when an owner reference is written, `create` when an
    // update finds no Lease.
    const isChecked = (right: string) => right.endsWith('/finalizers') || right === 'create coordination.k8s.io/leases';
    expect(granted.filter((right) => !isChecked(right) && !home.gate.asked.has(right))).toEqual([]);
  });
});
