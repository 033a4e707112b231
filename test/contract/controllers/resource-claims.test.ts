import { afterEach, describe, expect, it } from '@jest/globals';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceClaims, resourceClaimTemplates } from '../../../api/kinds/resource/index.ts';
import { CLAIM_FINALIZER, consumerOf, isReservedFor } from '../../../api/kinds/resource/pod-claims.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import { isConflict } from '../../../api/meta/status-error.ts';
import type { PodResourceClaim } from '../../../api/pod/spec/pod-spec.ts';
import type { ControllersCluster, ControllersClusterOptions } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { twoOfEach, whileRestarting } from '../../support/cluster/trouble.ts';
import type { Trouble } from '../../support/cluster/troubled-client.ts';
import { troubledClient } from '../../support/cluster/troubled-client.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const GPU = { name: 'gpu', exactly: { deviceClassName: 'gpus', allocationMode: 'ExactCount', count: 1 } };
const spec = { devices: { requests: [GPU] } };
const allocationOf = (claim: string) => ({
  devices: { results: [{ request: 'gpu', driver: 'd.example.com', pool: 'p', device: claim.slice(-40) }] },
});
const GENERATED: PodResourceClaim = { name: 'gpu', resourceClaimTemplateName: 'template' };

const start = (options: ControllersClusterOptions = {}) =>
  startControllersCluster({ runPods: (pod) => (pod.spec?.nodeName ? 'run' : 'hold'), ...options });

const addTemplate = () =>
  cluster.client.create(resourceClaimTemplates, {
    metadata: { name: 'template', namespace: 'default' },
    spec: { metadata: { labels: { app: 'x' } }, spec },
  });
const addPod = (name: string, entries: readonly PodResourceClaim[]) =>
  cluster.client.create(pods, {
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'image' }], resourceClaims: [...entries] },
  });
const entryOf = (pod: string, entry: string) =>
  cluster.until(`${pod} has its claim ${entry}`, async () => {
    const found = await cluster.find(pods, pod);
    return found?.status?.resourceClaimStatuses?.find(({ name }) => name === entry)?.resourceClaimName;
  });

/** Does what the scheduler does: sets the finalizer, allocates, reserves. */
async function reserve(claim: string, podName: string): Promise<void> {
  await cluster.until(`${claim} is reserved for ${podName}`, async () => {
    const pod = await cluster.client.get(pods, keyIn(podName));
    let found = await cluster.client.get(resourceClaims, keyIn(claim));
    if (isReservedFor(pod, found)) return true;
    try {
      if (!found.metadata.finalizers?.includes(CLAIM_FINALIZER)) {
        const finalizers = [...(found.metadata.finalizers ?? []), CLAIM_FINALIZER];
        found = await cluster.client.update(resourceClaims, { ...found, metadata: { ...found.metadata, finalizers } });
      }
      const allocation = found.status?.allocation ?? allocationOf(claim);
      const reservedFor = [...(found.status?.reservedFor ?? []), consumerOf(pod)];
      await cluster.client.update(resourceClaims, { ...found, status: { ...found.status, allocation, reservedFor } }, { subresource: 'status' });
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    return false;
  });
}

/** Does what the scheduler does in the end. */
const bind = (name: string) =>
  cluster.client.createSubresource(pods, keyIn(name), 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: keyIn(name),
    target: { kind: 'Node', name: 'node-0' },
  } as KubeObject);
const end = (name: string) =>
  cluster.client.patch(pods, keyIn(name), { type: 'merge', body: { status: { phase: 'Succeeded' } } }, { subresource: 'status' });
const runs = (name: string) => cluster.until(`${name} runs`, async () => (await cluster.find(pods, name))?.status?.phase === 'Running');
const gone = (claim: string) => cluster.until(`${claim} is gone`, async () => (await cluster.find(resourceClaims, claim)) === undefined);
/** Waits until nothing is allocated. The finalizer stays if the answer to that write is lost; then it goes with the claim. */
const freed = (claim: string) =>
  cluster.until(`${claim} is free`, async () => {
    const found = await cluster.find(resourceClaims, claim);
    return found !== undefined && !found.status?.allocation;
  });

describe('a claim', () => {
  it('is generated for a pod, and deleted once the pod has ended', async () => {
    cluster = await start();
    await addTemplate();
    await addPod('web', [GENERATED]);
    const name = await entryOf('web', 'gpu');
    const pod = await cluster.client.get(pods, keyIn('web'));
    expect(name).toMatch(/^web-gpu-[0-9a-f]{5}$/);
    expect(await cluster.client.get(resourceClaims, keyIn(name))).toMatchObject({
      metadata: { generateName: 'web-gpu-', labels: { app: 'x' }, ownerReferences: [{ kind: 'Pod', uid: pod.metadata.uid, controller: true }] },
      spec,
    });
    const managers = pod.metadata.managedFields?.map(({ manager, operation, subresource }) => ({ manager, operation, subresource }));
    expect(managers).toContainEqual({ manager: 'ResourceClaimController', operation: 'Apply', subresource: 'status' });
    await reserve(name, 'web');
    await bind('web');
    await runs('web');
    await end('web');
    await gone(name);
    const ended = await cluster.client.get(pods, keyIn('web'));
    expect(ended.status).toMatchObject({ phase: 'Succeeded', resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: name }] });
  });

  it('that pods share is free when the last of them is gone, and is let go when it is deleted', async () => {
    cluster = await start();
    await cluster.client.create(resourceClaims, { metadata: { name: 'shared', namespace: 'default' }, spec });
    for (const name of ['a', 'b']) {
      await addPod(name, [{ name: 'gpu', resourceClaimName: 'shared' }]);
      await reserve('shared', name);
      await bind(name);
      await runs(name);
    }
    await end('a');
    const half = await cluster.until('a has let go', async () => {
      const found = await cluster.client.get(resourceClaims, keyIn('shared'));
      return found.status?.reservedFor?.length === 1 && found;
    });
    expect(half.status?.allocation).toBeDefined();
    await cluster.client.delete(resourceClaims, keyIn('shared'));
    expect((await cluster.find(resourceClaims, 'shared'))?.metadata.deletionTimestamp).toBeDefined();
    await cluster.client.delete(pods, keyIn('b'), { gracePeriodSeconds: 0 });
    await gone('shared');
  });

  it('is missed by the pod whose template is missing', async () => {
    cluster = await start();
    await addPod('web', [GENERATED]);
    const missing = 'resource claim template "template": resourceclaimtemplate.resource.k8s.io "template" not found';
    const event = `FailedResourceClaimCreation: PodResourceClaim gpu: ${missing}`;
    await cluster.until('the event is there', async () => (await cluster.eventsOn('Pod', 'web')).includes(event));
    await addTemplate();
    await entryOf('web', 'gpu');
  });
});

const COUNT = 6;
/** Pods get claims, use them, and end in several ways; the end of each claim is checked. */
async function liveThrough(round: string): Promise<void> {
  await addTemplate();
  const names = Array.from({ length: COUNT }, (_, index) => `${round}-${index}`);
  const shared = `${round}-shared`;
  await cluster.client.create(resourceClaims, { metadata: { name: shared, namespace: 'default' }, spec });
  const entries = [GENERATED, { name: 'second', resourceClaimTemplateName: 'template' }, { name: 'shared', resourceClaimName: shared }];
  await Promise.all(names.map((name) => addPod(name, entries)));
  const claims = await Promise.all(names.map(async (name) => [await entryOf(name, 'gpu'), await entryOf(name, 'second')] as const));
  for (const [index, name] of names.entries()) {
    for (const claim of [...(claims[index] ?? []), shared]) await reserve(claim, name);
    await bind(name);
  }
  await Promise.all(names.map(runs));
  expect(await cluster.list(resourceClaims)).toHaveLength(2 * COUNT + 1);
  const [kept = '', ...others] = names;
  await Promise.all(others.map((name, index) => (index % 2 ? end(name) : cluster.client.delete(pods, keyIn(name), { gracePeriodSeconds: 0 }))));
  await Promise.all(claims.slice(1).flat().map(gone));
  const left = await cluster.until('one reservation is left', async () => {
    const found = await cluster.client.get(resourceClaims, keyIn(shared));
    return found.status?.reservedFor?.length === 1 && found;
  });
  expect(left.status?.reservedFor?.[0]?.name).toBe(kept);
  for (const claim of claims[0] ?? []) expect((await cluster.client.get(resourceClaims, keyIn(claim))).status?.reservedFor).toHaveLength(1);
  await end(kept);
  await Promise.all((claims[0] ?? []).map(gone));
  await freed(shared);
  await cluster.client.delete(resourceClaims, keyIn(shared));
  await gone(shared);
}

describe('claims come to the right end', () => {
  it.each<[string, Trouble]>([
    ['with caches that lag', { delayMs: 40 }],
    ['with every third write refused', { failEvery: 3 }],
    ['with every fourth answer lost', { loseEvery: 4 }],
    ['with watches that expire again and again', { expireAfter: 25 }],
    ['with all of it at once', { delayMs: 20, failEvery: 7, loseEvery: 11, expireAfter: 50 }],
  ])('%s', async (sentence, trouble) => {
    cluster = await start({ controllersClient: (client) => troubledClient(client, trouble) });
    await liveThrough(`t${sentence.length}`);
  });

  it('with two of each at work', async () => {
    cluster = await start({ controllers: twoOfEach() });
    await liveThrough('two');
  });

  it('with controllers that end in the middle, and others that begin', async () => {
    cluster = await start();
    await whileRestarting(cluster, liveThrough('restarted'));
  });
});
