import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { eventually, startTestServer } from '../../test-server.fixture.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
});
afterEach(() => server.stop());

const PODS = '/api/v1/namespaces/default/pods';
const pod = (name: string, spec: object = {}, resources: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', resources }], ...spec },
});
const post = (path: string, body: object) => server.ask('POST', path, { body });

describe('namespaces', () => {
  it.each(['default', 'kube-system', 'kube-public'])('that a cluster needs stay: %s', async (name) => {
    const answer = await server.ask('DELETE', `/api/v1/namespaces/${name}`);
    expect([answer.status, answer.json.message]).toEqual([403, `namespaces "${name}" is forbidden: this namespace may not be deleted`]);
  });

  it('that are missing or going away take nothing new', async () => {
    expect((await post('/api/v1/namespaces/nowhere/pods', pod('p'))).json.message).toBe('namespaces "nowhere" not found');
    await post('/api/v1/namespaces', { metadata: { name: 'old' } });
    await server.ask('DELETE', '/api/v1/namespaces/old');
    const answer = await post('/api/v1/namespaces/old/configmaps', { metadata: { name: 'c' } });
    expect(answer.json.message).toBe('configmaps "c" is forbidden: unable to create new content in namespace old because it is being terminated');
    expect(answer.json.details.causes).toEqual([
      { reason: 'NamespaceTerminating', message: 'namespace old is being terminated', field: 'metadata.namespace' },
    ]);
  });
});

describe('a new pod', () => {
  it('runs under the default account with its token mounted, tolerates a lost node for five minutes, and has priority 0', async () => {
    const { json } = await post(PODS, pod('p'));
    expect(json.spec).toMatchObject({ serviceAccountName: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
    const [mount] = json.spec.containers[0].volumeMounts;
    expect(mount).toEqual({
      name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/),
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    });
    expect(json.spec.volumes).toEqual([
      {
        name: mount.name,
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
          ],
        },
      },
    ]);
    expect(json.spec.tolerations).toEqual([
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ]);
  });

  it('keeps what it says itself', async () => {
    const tolerations = [{ operator: 'Exists' }];
    const { json } = await post(PODS, pod('p', { automountServiceAccountToken: false, tolerations }));
    expect(json.spec.volumes).toBeUndefined();
    expect(json.spec.tolerations).toEqual(tolerations);
  });

  it('gets the pull secrets of its account', async () => {
    await post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'puller' }, imagePullSecrets: [{ name: 'registry' }] });
    expect((await post(PODS, pod('p', { serviceAccountName: 'puller' }))).json.spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });

  it('is refused under an account that does not exist', async () => {
    const answer = await post(PODS, pod('p', { serviceAccountName: 'ghost' }));
    const why = 'error looking up service account default/ghost: serviceaccount "ghost" not found';
    expect([answer.status, answer.json.message]).toEqual([403, `pods "p" is forbidden: ${why}`]);
  });

  it('waits a moment for the default account of a new namespace', async () => {
    await post('/api/v1/namespaces', { metadata: { name: 'fresh' } });
    const waiting = post('/api/v1/namespaces/fresh/pods', pod('p'));
    await post('/api/v1/namespaces/fresh/serviceaccounts', { metadata: { name: 'default' } });
    expect((await waiting).status).toBe(201);
  });

  it('gets the priority of its class', async () => {
    expect((await post(PODS, pod('p', { priorityClassName: 'system-node-critical' }))).json.spec.priority).toBe(2_000_001_000);
    const unknown = await post(PODS, pod('q', { priorityClassName: 'none' }));
    expect(unknown.json.message).toBe('pods "q" is forbidden: no PriorityClass with name none was found');
    await post('/apis/scheduling.k8s.io/v1/priorityclasses', {
      metadata: { name: 'usual' },
      value: 7,
      globalDefault: true,
      preemptionPolicy: 'Never',
    });
    expect((await post(PODS, pod('r'))).json.spec).toMatchObject({ priority: 7, priorityClassName: 'usual', preemptionPolicy: 'Never' });
    const second = await post('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'other' }, value: 8, globalDefault: true });
    expect(second.json.message).toContain('PriorityClass usual is already marked as default. Only one default can exist');
    const own = await post(PODS, pod('s', { priority: 5 }));
    expect(own.json.message).toContain(
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 7',
    );
  });
});

it('a new node is tainted until it is ready', async () => {
  const { json } = await post('/api/v1/nodes', { metadata: { name: 'n' } });
  expect(json.spec.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
});

describe('a limit range', () => {
  const limits = (item: object) => post('/api/v1/namespaces/default/limitranges', { metadata: { name: 'l' }, spec: { limits: [item] } });

  it('gives containers their defaults, and writes down that it did', async () => {
    await limits({ type: 'Container', default: { cpu: '500m', memory: '64Mi' }, defaultRequest: { cpu: '100m', memory: '32Mi' } });
    const { json } = await post(PODS, pod('p', {}, { requests: { cpu: '200m' } }));
    expect(json.spec.containers[0].resources).toEqual({ limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '200m', memory: '32Mi' } });
    expect(json.metadata.annotations['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: memory request for container c; cpu, memory limit for container c',
    );
  });

  it.each([
    [{ max: { cpu: '1' } }, { limits: { cpu: '2' } }, 'maximum cpu usage per Container is 1, but limit is 2'],
    [{ min: { memory: '64Mi' } }, { requests: { memory: '1Mi' } }, 'minimum memory usage per Container is 64Mi, but request is 1Mi'],
    [
      { maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '1' }, limits: { cpu: '3' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
  ])('with %j refuses %j', async (bounds, resources, message) => {
    await limits({ type: 'Container', ...bounds });
    const answer = await post(PODS, pod('p', {}, resources));
    expect([answer.status, answer.json.message]).toEqual([403, `pods "p" is forbidden: ${message}`]);
  });

  it('of pods adds the containers up', async () => {
    await limits({ type: 'Pod', max: { cpu: '1' } });
    const containers = ['a', 'b'].map((name) => ({ name, image: 'i', resources: { limits: { cpu: '600m' } } }));
    expect((await post(PODS, pod('p', { containers }))).json.message).toBe(
      'pods "p" is forbidden: maximum cpu usage per Pod is 1, but limit is 1200m',
    );
  });
});

describe('a limit range of resizes and claims', () => {
  const NAMESPACE = '/api/v1/namespaces/default';
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const patch = (path: string, body: object) => server.ask('PATCH', path, { body, headers });
  const limits = async (item: object) =>
    expect((await post(`${NAMESPACE}/limitranges`, { metadata: { name: 'l' }, spec: { limits: [item] } })).status).toBe(201);
  const claim = (storage: string) => ({ metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } });
  const CLAIMS = `${NAMESPACE}/persistentvolumeclaims`;

  it('bounds resizes of pods, and leaves their other updates alone', async () => {
    await post(PODS, pod('p', {}, { requests: { cpu: '500m' }, limits: { cpu: '500m' } }));
    await limits({ type: 'Container', max: { cpu: '400m' } });
    const resize = (cpu: string) =>
      patch(`${PODS}/p/resize`, { spec: { containers: [{ name: 'c', resources: { requests: { cpu }, limits: { cpu } } }] } });
    const { status, json } = await resize('600m');
    expect([status, json.message]).toEqual([403, 'pods "p" is forbidden: maximum cpu usage per Container is 400m, but limit is 600m']);
    expect((await patch(`${PODS}/p`, { metadata: { labels: { a: 'b' } } })).status).toBe(200);
    expect((await resize('300m')).status).toBe(200);
  });

  it.each([
    [{ min: { storage: '2Gi' } }, 'minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi'],
    [{ max: { storage: '512Mi' } }, 'maximum storage usage per PersistentVolumeClaim is 512Mi, but request is 1Gi'],
  ])('with %j refuses a claim of 1Gi', async (bounds, message) => {
    await limits({ type: 'PersistentVolumeClaim', ...bounds });
    const { status, json } = await post(CLAIMS, claim('1Gi'));
    expect([status, json.message]).toEqual([403, `persistentvolumeclaims "d" is forbidden: ${message}`]);
  });

  it('is held against each update of a claim', async () => {
    expect((await post(CLAIMS, claim('1Gi'))).status).toBe(201);
    await limits({ type: 'PersistentVolumeClaim', max: { storage: '512Mi' } });
    const { status, json } = await patch(`${CLAIMS}/d`, { metadata: { labels: { a: 'b' } } });
    const message = 'maximum storage usage per PersistentVolumeClaim is 512Mi, but request is 1Gi';
    expect([status, json.message]).toEqual([403, `persistentvolumeclaims "d" is forbidden: ${message}`]);
  });
});

describe('a limit range of many resources', () => {
  const amounts = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`example.com/r${i}`, '1']));
  const containers = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `c${i}`, image: 'i' }));
  const answerUnder = async (item: object) => {
    const range = { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', ...item }] } };
    expect((await post('/api/v1/namespaces/default/limitranges', range)).status).toBe(201);
    const { status, json } = await post(PODS, pod('p', { containers: containers(1_000) }));
    return [status, json.message];
  };

  // Each container got each of them: 2 million here, 240 million at most.
  it('adds no more to a pod of many containers than the store takes', async () => {
    expect(await answerUnder({ default: amounts(2_000), defaultRequest: amounts(2_000) })).toEqual([500, 'etcdserver: request is too large']);
  });

  it('is not listed for each container of a pod that lacks them', async () => {
    const [status, message] = await answerUnder({ maxLimitRequestRatio: amounts(2_000) });
    expect([status, message.split('is specified or request is 0').length - 1]).toEqual([403, 1_000]);
  });
});

describe('a quota', () => {
  /** A quota as its controller leaves it: counted once. */
  async function quota(hard: Record<string, string>, spec: object = {}) {
    await post('/api/v1/namespaces/default/resourcequotas', { metadata: { name: 'q' }, spec: { hard, ...spec } });
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
    await server.objects.modify(resourceQuotas, { namespace: 'default', name: 'q' }, (object) => ({ ...object, status: { hard, used } }));
  }
  const used = () => server.objects.get(resourceQuotas, { namespace: 'default', name: 'q' })?.status?.used;

  it('lets in exactly as many as fit, however many come at once', async () => {
    await quota({ pods: '5', 'requests.cpu': '10' });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(PODS, pod(`p${i}`, {}, { requests: { cpu: '100m' } }))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(used()).toEqual({ pods: '5', 'requests.cpu': '500m' });
    const refused = answers.find(({ status }) => status === 403);
    expect(refused?.json.message).toMatch(/^pods "p\d+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5$/);
  });

  it('is not charged for what is not stored in the end', async () => {
    await quota({ pods: '5' });
    expect((await post(PODS, pod('p'))).status).toBe(201);
    expect((await post(PODS, pod('p'))).status).toBe(409);
    expect((await server.ask('POST', `${PODS}?dryRun=All`, { body: pod('dry') })).status).toBe(201);
    await eventually(() => used()?.pods === '1');
  });

  it('asks each container for what it covers', async () => {
    await quota({ 'limits.cpu': '2' });
    expect((await post(PODS, pod('p'))).json.message).toBe('pods "p" is forbidden: failed quota: q: must specify limits.cpu for: c');
  });

  it('counts objects and node ports', async () => {
    await quota({ 'count/configmaps': '1', 'services.nodeports': '1' });
    const maps = '/api/v1/namespaces/default/configmaps';
    expect((await post(maps, { metadata: { name: 'a' } })).status).toBe(201);
    expect((await post(maps, { metadata: { name: 'b' } })).json.message).toContain(
      'exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1',
    );
    const services = '/api/v1/namespaces/default/services';
    const service = (name: string, type: string) => ({ metadata: { name }, spec: { type, ports: [{ port: 80 }] } });
    expect((await post(services, service('one', 'NodePort'))).status).toBe(201);
    expect((await post(services, service('two', 'NodePort'))).status).toBe(403);
    expect((await post(services, service('three', 'ClusterIP'))).status).toBe(201);
    const patch = { headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { type: 'NodePort' } } };
    expect((await server.ask('PATCH', `${services}/three`, patch)).status).toBe(403);
  });

  it.each(['services', 'resourcequotas'])('charges %s of another group by number, under the name of that group', async (plural) => {
    const group = 'example.dev';
    const names = { plural, singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: `${plural}.${group}` },
      spec: { group, names, scope: 'Namespaced', versions: [{ name: 'v1', served: true, storage: true, schema }] },
    });
    const path = `/apis/${group}/v1/namespaces/default/${plural}`;
    await eventually(async () => (await server.ask('GET', path)).status === 200);
    const count = `count/${plural}.${group}`;
    await quota({ services: '0', resourcequotas: '0', 'services.nodeports': '0', [count]: '1' });
    const thing = (name: string) => ({
      apiVersion: `${group}/v1`,
      kind: 'Thing',
      metadata: { name },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    });
    expect((await post(path, thing('a'))).status).toBe(201);
    expect(used()).toEqual({ services: '0', resourcequotas: '0', 'services.nodeports': '0', [count]: '1' });
    expect((await post(path, thing('b'))).json.message).toContain(`exceeded quota: q, requested: ${count}=1, used: ${count}=1, limited: ${count}=1`);
  });

  it('with scopes is about the pods in scope alone', async () => {
    await quota({ pods: '0' }, { scopes: ['BestEffort'] });
    expect((await post(PODS, pod('p'))).status).toBe(403);
    expect((await post(PODS, pod('q', {}, { requests: { cpu: '1' } }))).status).toBe(201);
  });

  it('whose status says too little counts what there is: its controller had not seen the newest yet', async () => {
    await quota({ pods: '2', 'requests.cpu': '10' });
    const sized = (name: string) => post(PODS, pod(name, {}, { requests: { cpu: '100m' } }));
    expect((await sized('a')).status).toBe(201);
    const stale = { pods: '0', 'requests.cpu': '0' };
    await server.objects.modify(resourceQuotas, { namespace: 'default', name: 'q' }, (object) => ({
      ...object,
      status: { ...object.status, used: stale },
    }));
    expect((await sized('b')).status).toBe(201);
    expect(used()).toEqual({ pods: '2', 'requests.cpu': '200m' });
    expect((await sized('c')).json.message).toContain('exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2');
  });

  it('that its controller has recounted meanwhile still has no room for more than fits', async () => {
    await quota({ pods: '3' });
    const recount = async () => {
      for (let i = 0; i < 10; i++) {
        await server.objects.modify(resourceQuotas, { namespace: 'default', name: 'q' }, (object) => {
          const pods = server.objects.list({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }, 'default').length;
          return { ...object, status: { ...object.status, used: { pods: String(pods) } } };
        });
      }
    };
    const [answers] = await Promise.all([Promise.all(Array.from({ length: 12 }, (_, i) => post(PODS, pod(`p${i}`)))), recount()]);
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(3);
  });
});
