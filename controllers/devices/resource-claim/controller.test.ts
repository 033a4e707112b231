import { beforeEach, describe, expect, it } from '@jest/globals';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceClaims, resourceClaimTemplates } from '../../../api/kinds/resource/index.ts';
import { CLAIM_FINALIZER, consumerOf } from '../../../api/kinds/resource/pod-claims.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { addClaim, addPod, addTemplate, allocation, catchUp, claimsOf, podOf, spec, stubClaims } from './claims.fixture.ts';
import { claimNamePrefix } from './generated-claim.ts';

let stub: StubEnv;
beforeEach(() => {
  stub = stubClaims();
});
const reconcilePod = (name = 'web') => stub.reconcile(`pods/${name}`);
const setStatus = (name: string, status: object) =>
  stub.client.patch(pods, { namespace: 'default', name }, { type: 'merge', body: { status } }, { subresource: 'status' });
const claim = (name: string) => stub.client.get(resourceClaims, { namespace: 'default', name });
const writes = () => stub.client.calls.filter((call) => /^(create|update|patch|delete) /.test(call));

describe('a pod with a template', () => {
  it('gets a claim of its own, which its status names', async () => {
    await addTemplate(stub);
    const pod = await addPod(stub);
    await catchUp(stub);
    expect(stub.enqueued()).toContain('default/pods/web');
    await reconcilePod();
    const [made] = await claimsOf(stub);
    expect(made).toMatchObject({
      metadata: {
        generateName: 'web-gpu-',
        labels: { app: 'web' },
        annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: pod.metadata.uid, controller: true }],
      },
      spec,
    });
    expect(made?.metadata.name).toMatch(/^web-gpu-.{5}$/);
    expect((await podOf(stub)).status?.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: made?.metadata.name }]);
    expect(await stub.registry.metrics()).toContain('resourceclaim_controller_creates_total{status="success",admin_access="false"} 1');
  });

  it('gets one claim, though caches lag and the status was not written', async () => {
    await addTemplate(stub);
    await addPod(stub);
    await catchUp(stub);
    stub.client.failNext('patch pods/status', new Error('no answer'));
    await expect(reconcilePod()).rejects.toThrow('no answer');
    await reconcilePod();
    expect(await claimsOf(stub)).toHaveLength(1);
    expect((await podOf(stub)).status?.resourceClaimStatuses).toHaveLength(1);
    expect(stub.events).toEqual([]);
  });

  it('takes a claim that another controller generated for it', async () => {
    await addTemplate(stub);
    const pod = await addPod(stub);
    await addClaim(stub, 'web-gpu-x7k2p', [], { owner: pod, status: {} });
    await catchUp(stub);
    await reconcilePod();
    expect(await claimsOf(stub)).toHaveLength(1);
    expect((await podOf(stub)).status?.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: 'web-gpu-x7k2p' }]);
  });

  it('does not take a claim of the name that is not its own', async () => {
    await addTemplate(stub);
    await addPod(stub);
    await catchUp(stub);
    await reconcilePod();
    const name = (await claimsOf(stub))[0]?.metadata.name ?? '';
    await stub.client.delete(resourceClaims, { namespace: 'default', name });
    await stub.client.create(resourceClaims, { metadata: { name, namespace: 'default' }, spec });
    await stub.catchUp(pods);
    await reconcilePod();
    const [recorded] = (await podOf(stub)).status?.resourceClaimStatuses ?? [];
    expect(recorded?.resourceClaimName).not.toBe(name);
    expect(await claimsOf(stub)).toHaveLength(2);
  });

  it('says that the template is missing, and gets its claim once that is there', async () => {
    await addPod(stub);
    await catchUp(stub);
    await expect(reconcilePod()).rejects.toThrow();
    const missing = 'resource claim template "template": resourceclaimtemplate.resource.k8s.io "template" not found';
    expect(stub.events).toEqual([`FailedResourceClaimCreation: PodResourceClaim gpu: ${missing}`]);
    stub.enqueued();
    await addTemplate(stub);
    await stub.catchUp(resourceClaimTemplates);
    expect(stub.enqueued()).toEqual(['default/pods/web']);
  });

  it('says why a claim was refused', async () => {
    await addTemplate(stub);
    await addPod(stub);
    await catchUp(stub);
    stub.client.failNext('create resourceclaims', new Error('exceeded quota'));
    await expect(reconcilePod()).rejects.toThrow();
    expect(stub.events).toEqual(['FailedResourceClaimCreation: PodResourceClaim gpu: create ResourceClaim : exceeded quota']);
    expect(await stub.registry.metrics()).toContain('resourceclaim_controller_creates_total{status="failure",admin_access="false"} 1');
  });

  it('gets its claim again if somebody deletes it', async () => {
    await addTemplate(stub);
    await addPod(stub);
    await catchUp(stub);
    await reconcilePod();
    await catchUp(stub);
    const [made] = await claimsOf(stub);
    await stub.client.delete(resourceClaims, { namespace: 'default', name: made?.metadata.name ?? '' });
    stub.enqueued();
    await stub.catchUp(resourceClaims);
    expect(stub.enqueued()).toEqual(['default/pods/web']);
    await reconcilePod();
    expect(await claimsOf(stub)).toHaveLength(1);
  });

  it('keeps the claims of its other entries in its status', async () => {
    await addTemplate(stub);
    const entries = ['a', 'b'].map((name) => ({ name, resourceClaimTemplateName: 'template' }));
    const pod = await addPod(stub, 'web', { entries });
    await addClaim(stub, 'made-before', [], { owner: pod, entry: 'a', status: {} });
    await setStatus('web', { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'made-before' }] });
    await catchUp(stub);
    await reconcilePod();
    expect((await podOf(stub)).status?.resourceClaimStatuses?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each<[string, object]>([
    ['has ended', { status: { phase: 'Succeeded' } }],
    ['is terminating', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
  ])('gets none once it %s', async (_, change) => {
    await addTemplate(stub);
    await addPod(stub, 'web', { nodeName: 'n' });
    await stub.client.patch(pods, { namespace: 'default', name: 'web' }, { type: 'merge', body: change });
    await catchUp(stub);
    expect(stub.enqueued()).not.toContain('default/pods/web');
    await reconcilePod();
    expect(await claimsOf(stub)).toEqual([]);
  });
});

describe('a claim that a user made', () => {
  const entries = [{ name: 'gpu', resourceClaimName: 'shared' }];

  it('is reserved for a pod that was bound without the scheduler, once it is allocated', async () => {
    const pod = await addPod(stub, 'web', { entries, nodeName: 'n' });
    await addClaim(stub, 'shared', [], { status: { allocation } });
    await catchUp(stub);
    expect(stub.enqueued()).toContain('default/pods/web');
    await reconcilePod();
    expect((await claim('shared')).status?.reservedFor).toEqual([consumerOf(pod)]);
  });

  it.each<[string, { nodeName?: string; status?: object }, object]>([
    ["the pod is the scheduler's", {}, { allocation }],
    ['it is not allocated', { nodeName: 'n' }, {}],
    ['the pod has ended', { nodeName: 'n', status: { phase: 'Failed' } }, { allocation }],
  ])('is left alone if %s', async (_, more, status) => {
    await addPod(stub, 'web', { entries, ...more });
    await addClaim(stub, 'shared', [], { status });
    await catchUp(stub);
    const before = writes().length;
    await reconcilePod();
    await stub.reconcile('shared');
    expect(writes()).toHaveLength(before);
  });
});

describe('a reservation', () => {
  const entries = [{ name: 'gpu', resourceClaimName: 'shared' }];
  const shared = async (change: object = {}) => {
    const pod = await addPod(stub, 'web', { entries, nodeName: 'n' });
    await stub.client.patch(pods, { namespace: 'default', name: 'web' }, { type: 'merge', body: change });
    await addClaim(stub, 'shared', [pod]);
    await catchUp(stub);
    stub.enqueued();
    return pod;
  };

  it('stays while its pod runs', async () => {
    const pod = await shared({ status: { phase: 'Running' } });
    await stub.reconcile('shared');
    expect((await claim('shared')).status).toEqual({ allocation, reservedFor: [consumerOf(pod)] });
  });

  it('stays while its pod is terminating on a node', async () => {
    await shared({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
    await stub.reconcile('shared');
    expect((await claim('shared')).status?.reservedFor).toHaveLength(1);
  });

  it('goes with the pod, and the last one takes allocation and finalizer along', async () => {
    await shared();
    await stub.client.delete(pods, { namespace: 'default', name: 'web' });
    await stub.catchUp(pods);
    expect(stub.enqueued()).toEqual(['default/shared']);
    await stub.reconcile('shared');
    const { metadata, status } = await claim('shared');
    expect(status).toEqual({ reservedFor: [] });
    expect(metadata.finalizers).toEqual([]);
    expect(stub.client.calls.filter((call) => call.startsWith('get pods'))).toHaveLength(0);
  });

  it('goes when the pod has ended', async () => {
    await shared();
    await setStatus('web', { phase: 'Succeeded' });
    await stub.catchUp(pods);
    expect(stub.enqueued()).toEqual(['default/shared']);
    await stub.reconcile('shared');
    expect((await claim('shared')).status).toEqual({ reservedFor: [] });
  });

  it('goes when a pod is deleted that was never bound', async () => {
    const pod = await addPod(stub, 'web', { entries });
    await addClaim(stub, 'shared', [pod]);
    await stub.client.patch(pods, { namespace: 'default', name: 'web' }, { type: 'merge', body: { metadata: { deletionTimestamp: 'now' } } });
    await catchUp(stub);
    expect(stub.enqueued()).toContain('default/shared');
    await stub.reconcile('shared');
    expect((await claim('shared')).status).toEqual({ reservedFor: [] });
  });

  it('of a pod that was replaced goes, also if the watch has a gap', async () => {
    const old = await shared();
    stub.show(pods, { ...old, metadata: { ...old.metadata, uid: 'another' } });
    expect(stub.enqueued().sort()).toEqual(['default/pods/web', 'default/shared']);
    await stub.reconcile('shared');
    expect((await claim('shared')).status?.reservedFor).toEqual([]);
  });

  it('of a pod that the cache does not show yet stays: the server knows it', async () => {
    const pod = await addPod(stub, 'web', { entries });
    await addClaim(stub, 'shared', [pod]);
    await stub.catchUp(resourceClaims);
    await stub.reconcile('shared');
    expect((await claim('shared')).status?.reservedFor).toHaveLength(1);
  });

  it('of something else than a pod stays', async () => {
    const consumer = { apiGroup: 'example.com', resource: 'jobs', name: 'j', uid: 'u' };
    const pod = await addPod(stub, 'web', { entries });
    await addClaim(stub, 'shared', [], { status: { allocation, reservedFor: [consumer, { ...consumerOf(pod), uid: 'old' }] } });
    await catchUp(stub);
    await stub.reconcile('shared');
    expect((await claim('shared')).status).toEqual({ allocation, reservedFor: [consumer] });
  });

  it('that goes leaves the allocation of those who allocate without the finalizer', async () => {
    const pod = await addPod(stub, 'web', { entries, status: { phase: 'Failed' } });
    await addClaim(stub, 'shared', [pod], { held: false });
    await catchUp(stub);
    await stub.reconcile('shared');
    expect((await claim('shared')).status).toEqual({ allocation, reservedFor: [] });
  });
});

describe('an unused claim', () => {
  it('stays allocated if it was never reserved', async () => {
    await addClaim(stub, 'c', [], { status: { allocation } });
    await catchUp(stub);
    await stub.reconcile('c');
    expect((await claim('c')).status).toEqual({ allocation });
  });

  it.each<[string, object]>([
    ['allocated', { allocation }],
    ['not allocated', {}],
  ])('is let go when it is deleted and %s', async (_, status) => {
    const made = await addClaim(stub, 'c', [], { status });
    await stub.client.update(resourceClaims, { ...made, metadata: { ...made.metadata, deletionTimestamp: 'now' } });
    await catchUp(stub);
    await stub.reconcile('c');
    expect(await claim('c')).toMatchObject({ metadata: { finalizers: [] }, status: {} });
    expect((await claim('c')).status).not.toHaveProperty('allocation');
    expect(CLAIM_FINALIZER).toBe('resource.kubernetes.io/delete-protection');
  });

  it('that was generated is deleted when its pod has ended', async () => {
    const pod = await addPod(stub);
    await setStatus('web', { phase: 'Succeeded', resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'c' }] });
    await addClaim(stub, 'c', [pod], { owner: pod });
    await catchUp(stub);
    await stub.reconcile('c');
    expect(await claimsOf(stub)).toEqual([]);
    stub.enqueued();
    await stub.catchUp(resourceClaims);
    expect(stub.enqueued()).toEqual([]);
  });

  it('that the scheduler made for extended resources is deleted when its pod has ended', async () => {
    const pod = await addPod(stub, 'web', { entries: [] });
    await addClaim(stub, 'c', [pod], { owner: pod });
    await catchUp(stub);
    stub.enqueued();
    await setStatus('web', { phase: 'Succeeded', extendedResourceClaimStatus: { resourceClaimName: 'c', requestMappings: [] } });
    await stub.catchUp(pods);
    expect(stub.enqueued()).toEqual(['default/c']);
    await stub.reconcile('c');
    expect(await claimsOf(stub)).toEqual([]);
  });

  it('that was generated stays while its pod may run, or while the cache does not show it', async () => {
    const pod = await addPod(stub);
    await addClaim(stub, 'c', [], { owner: pod, status: {} });
    await stub.catchUp(resourceClaims);
    await stub.reconcile('c');
    await catchUp(stub);
    await stub.reconcile('c');
    expect(await claimsOf(stub)).toHaveLength(1);
  });
});

describe('the controller', () => {
  it('is not woken by pods without claims', async () => {
    await stub.client.create(pods, { metadata: { name: 'plain', namespace: 'default' }, spec: { containers: [{ name: 'a' }] } });
    await catchUp(stub);
    expect(stub.enqueued()).toEqual([]);
    expect(stub.scans()).toBe(3); // The test's own look at each kind.
  });

  it('counts claims by allocation and source when it is asked', async () => {
    const pod = await addPod(stub);
    await addClaim(stub, 'a', [], { owner: pod, status: { allocation } });
    await addClaim(stub, 'b', [], { status: {} });
    await catchUp(stub);
    const text = await stub.registry.metrics();
    expect(text).toContain('resourceclaim_controller_resource_claims{allocated="true",admin_access="false",source="resource_claim_template"} 1');
    expect(text).toContain('resourceclaim_controller_resource_claims{allocated="false",admin_access="false",source=""} 1');
  });
});

it.each([
  ['web', 'gpu', 'web-gpu-'],
  ['p'.repeat(50), 'gpu', `${'p'.repeat(50)}-gpu-`],
  ['p'.repeat(100), 'c'.repeat(50), `${'p'.repeat(37)}-${'c'.repeat(18)}`],
])('the name of a claim begins with those of pod %s and entry %s', (pod, entry, prefix) => {
  expect(claimNamePrefix(pod, entry)).toBe(prefix);
});
