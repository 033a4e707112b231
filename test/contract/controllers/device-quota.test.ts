import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { ResourceClaim } from '../../../api/kinds/resource/index.ts';
import { deviceClasses, resourceClaims } from '../../../api/kinds/resource/index.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
beforeEach(async () => {
  cluster = await startControllersCluster({ runPods: () => 'hold' });
});
afterEach(() => cluster.stop());

const EXPLICIT = 'requests.example.com/gpu';
const IMPLICIT = 'requests.deviceclass.resource.kubernetes.io/gpus';
const DEVICES = 'gpus.deviceclass.resource.k8s.io/devices';
const CLAIMS = 'count/resourceclaims.resource.k8s.io';

const addQuota = (limit: string) =>
  cluster.client.create(resourceQuotas, {
    metadata: { name: 'all', namespace: 'default' },
    spec: { hard: { [EXPLICIT]: limit, [IMPLICIT]: limit, [DEVICES]: '10', [CLAIMS]: '10' } },
  });
const addClass = () => cluster.client.create(deviceClasses, { metadata: { name: 'gpus' }, spec: { extendedResourceName: 'example.com/gpu' } });

const resources = { 'example.com/gpu': '1', 'deviceclass.resource.kubernetes.io/gpus': '1' };
const container = { image: 'image', resources: { requests: resources, limits: resources } };
/** The pod of upstream's end-to-end test. */
const addPod = () =>
  cluster.client.create<Pod>(pods, {
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      containers: [{ ...container, name: 'main' }],
      initContainers: [
        { ...container, name: 'init' },
        { ...container, name: 'sidecar', restartPolicy: 'Always' },
        { ...container, name: 'init-1' },
      ],
    },
  });
const addClaim = (name: string, count: number, metadata: ResourceClaim['metadata'] = {}) =>
  cluster.client.create<ResourceClaim>(resourceClaims, {
    metadata: { ...metadata, name, namespace: 'default' },
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpus', allocationMode: 'ExactCount', count } }] } },
  });
/** Makes the claim that the scheduler makes for a pod's extended resources. */
async function addExtendedClaim(count: number) {
  const { uid } = (await cluster.client.get(pods, keyIn('p'))).metadata;
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid, controller: true }];
  return addClaim('made', count, { annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' }, ownerReferences });
}

const used = async () => (await cluster.find(resourceQuotas, 'all'))?.status?.used ?? {};
const untilUsed = (devices: string, claims: string, explicit = devices) =>
  cluster.until(`${devices} devices of ${claims} claims are charged`, async () => {
    const now = await used();
    return now[EXPLICIT] === explicit && now[IMPLICIT] === explicit && now[DEVICES] === devices && now[CLAIMS] === claims;
  });

it('a device counts once, for the pod that asks for it or for the claim that gets it', async () => {
  await addQuota('10');
  await untilUsed('0', '0');
  await addClass();
  await addPod();
  await addExtendedClaim(4);
  // Admission has charged before the writes were answered: two devices to the pod, the other two to its claim.
  expect(await used()).toEqual({ [EXPLICIT]: '4', [IMPLICIT]: '4', [DEVICES]: '4', [CLAIMS]: '1' });
  await addClaim('external', 1);
  expect(await used()).toEqual({ [EXPLICIT]: '5', [IMPLICIT]: '5', [DEVICES]: '5', [CLAIMS]: '2' });
  // The controller comes to the same, and to what is left.
  await cluster.client.delete(resourceClaims, keyIn('external'));
  await untilUsed('4', '1');
  await cluster.client.delete(resourceClaims, keyIn('made'));
  await untilUsed('0', '0', '2');
  await cluster.client.delete(pods, keyIn('p'), { gracePeriodSeconds: 0 });
  await untilUsed('0', '0');
});

it('a claim is refused for devices that its pod does not pay for', async () => {
  await addClass();
  await addQuota('3');
  await untilUsed('0', '0');
  await addPod();
  await expect(addClaim('external', 2)).rejects.toThrow(
    `exceeded quota: all, requested: ${IMPLICIT}=2,${EXPLICIT}=2, used: ${IMPLICIT}=2,${EXPLICIT}=2, limited: ${IMPLICIT}=3,${EXPLICIT}=3`,
  );
  await addExtendedClaim(3);
  await untilUsed('3', '1');
});

it('a count that was made too low lets no claim in, whoever pays', async () => {
  await addClass();
  await addQuota('3');
  await untilUsed('0', '0');
  await addPod();
  const { status, ...quota } = await cluster.client.get(resourceQuotas, keyIn('all'));
  await cluster.client.update(
    resourceQuotas,
    { ...quota, status: { ...status, used: { ...status?.used, [EXPLICIT]: '0' } } },
    { subresource: 'status' },
  );
  await expect(addClaim('external', 2)).rejects.toThrow(`${EXPLICIT}=2, used: `);
});

it('a class that comes, and one that goes, changes the charge of the claims that are there', async () => {
  await addQuota('10');
  await untilUsed('0', '0');
  await addClaim('external', 2);
  await untilUsed('2', '1', '0');
  await addClass();
  await untilUsed('2', '1');
  await cluster.client.delete(deviceClasses, { namespace: '', name: 'gpus' });
  await untilUsed('2', '1', '0');
});
