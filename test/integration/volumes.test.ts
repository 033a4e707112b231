import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, pod, service, statefulSet } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 2 });
  kubectl = await cluster.namespace('storage');
});
afterAll(() => cluster.stop());

const request = (storage: string, more: object = {}) => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more });
const claim = (name: string, spec: object = request('1Gi')) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec });
const using = (name: string, claimName: string) =>
  pod(name, {
    containers: [container('web:1', { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
  });
const create = (...objects: readonly object[]) => kubectl.input(objects, 'create', '-f', '-');
const running = (...names: readonly string[]) => kubectl('wait', '--for=condition=Ready', ...names.map((name) => `pod/${name}`), '--timeout=60s');

describe('the class local-path', () => {
  it('is the default', async () => {
    await eventually(async () =>
      expect(await kubectl('get', 'sc')).toMatch(
        /^NAME +PROVISIONER +RECLAIMPOLICY +VOLUMEBINDINGMODE +ALLOWVOLUMEEXPANSION +AGE\nlocal-path \(default\) +skiff.dev\/local-path +Delete +WaitForFirstConsumer +true +[\dms]+\n$/,
      ),
    );
  });

  it('makes a volume once a pod needs it, and says what it does', async () => {
    await create(claim('data'));
    await eventually(async () =>
      expect(await kubectl('describe', 'pvc', 'data')).toMatch(/WaitForFirstConsumer .*waiting for first consumer to be created before binding/),
    );
    await create(using('writer', 'data'));
    await running('writer');
    // The scheduler goes by the claim's spec; its status follows.
    await eventually(async () =>
      expect(await kubectl('get', 'pvc', 'data')).toMatch(/\ndata +Bound +pvc-[0-9a-f-]{36} +1Gi +RWO +local-path +<unset> +[\dms]+\n$/),
    );
    const [volume, node] = [await kubectl.path('{.spec.volumeName}', 'pvc', 'data'), await kubectl.path('{.spec.nodeName}', 'pod', 'writer')];
    await eventually(async () => expect(await kubectl('get', 'pv', volume)).toMatch(/1Gi +RWO +Delete +Bound +storage\/data +local-path/));
    expect(await kubectl.path('{.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]}', 'pv', volume)).toBe(node);
    await eventually(async () => {
      const text = await kubectl('describe', 'pvc', 'data');
      expect(text).toMatch(
        /Normal +ExternalProvisioning .*persistentvolume-controller +Waiting for a volume to be created either by the external provisioner 'skiff.dev\/local-path'/,
      );
      expect(text).toMatch(/Normal +Provisioning .*skiff.dev\/local-path +External provisioner is provisioning volume for claim "storage\/data"/);
      expect(text).toMatch(/Normal +ProvisioningSucceeded .*Successfully provisioned volume pvc-/);
      expect(text).toMatch(/Used By: +writer\n/);
    });
  });

  it('keeps all pods of a claim on the node of its volume', async () => {
    const node = await kubectl.path('{.spec.nodeName}', 'pod', 'writer');
    await kubectl('cordon', node);
    // The controller that sets the taint sees nodes when the scheduler does.
    await eventually(async () => expect(await kubectl.path('{.spec.taints[*].key}', 'node', node)).toBe('node.kubernetes.io/unschedulable'));
    await create(using('reader', 'data'));
    await eventually(async () =>
      expect(await kubectl('describe', 'pod', 'reader')).toContain(
        "1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) were unschedulable",
      ),
    );
    await kubectl('uncordon', node);
    await running('reader');
    expect(await kubectl.path('{.spec.nodeName}', 'pod', 'reader')).toBe(node);
  });

  it('lets a claim grow', async () => {
    await kubectl('patch', 'pvc', 'data', '-p', JSON.stringify({ spec: { resources: { requests: { storage: '2Gi' } } } }));
    await eventually(async () => expect(await kubectl.path('{.status.capacity.storage}', 'pvc', 'data')).toBe('2Gi'));
    expect(await kubectl('get', 'pv')).toMatch(/ 2Gi +RWO /);
    await eventually(async () => expect(await kubectl('describe', 'pvc', 'data')).toMatch(/VolumeResizeSuccessful .*Resize volume succeeded/));
  });

  it('keeps a claim while pods use it, and deletes the volume with it', async () => {
    const volume = await kubectl.path('{.spec.volumeName}', 'pvc', 'data');
    await kubectl('delete', 'pvc', 'data', '--wait=false');
    expect(await kubectl('get', 'pvc', 'data')).toMatch(/data +Terminating/);
    await kubectl('delete', 'pod', 'writer', 'reader', '--grace-period=1');
    await kubectl('wait', '--for=delete', 'pvc/data', `pv/${volume}`, '--timeout=60s');
  });

  it('serves the pods of a StatefulSet and ephemeral volumes, which go with their pod', async () => {
    const template = { metadata: { name: 'data' }, spec: request('1Gi') };
    await create(service('db', { clusterIP: 'None', selector: { app: 'db' } }), statefulSet('db', 2, { volumeClaimTemplates: [template] }));
    await kubectl('rollout', 'status', 'sts/db', '--timeout=120s');
    await create(
      pod('scratch', { containers: [container('web:1')], volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate: { spec: request('1Gi') } } }] }),
    );
    await running('scratch');
    expect(await kubectl('get', 'pvc', '-o', 'name')).toBe(
      'persistentvolumeclaim/data-db-0\npersistentvolumeclaim/data-db-1\npersistentvolumeclaim/scratch-tmp\n',
    );
    await kubectl('delete', 'pod', 'scratch', '--grace-period=1');
    await kubectl('wait', '--for=delete', 'pvc/scratch-tmp', '--timeout=60s');
  });
});

describe('volumes that are made by hand', () => {
  const volume = (name: string, more: object) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'manual', hostPath: { path: `/tmp/${name}` }, ...more },
  });

  it('are bound to the claims they fit', async () => {
    await create(volume('large', { capacity: { storage: '9Gi' } }), volume('fit', {}));
    await eventually(async () => expect(await kubectl('get', 'pv', 'large', 'fit')).toMatch(/large .* Available .*\nfit .* Available /));
    await create(claim('by-size', request('4Gi', { storageClassName: 'manual' })));
    await kubectl('wait', '--for=jsonpath={.status.phase}=Bound', 'pvc/by-size', '--timeout=60s');
    expect(await kubectl.path('{.spec.volumeName} {.status.capacity.storage}', 'pvc', 'by-size')).toBe('fit 5Gi');
    await kubectl('delete', 'pvc', 'by-size');
    await eventually(async () => expect(await kubectl('get', 'pv', 'fit')).toMatch(/fit +5Gi +RWO +Retain +Released +storage\/by-size +manual/));
  });

  it('for one pod alone are given to one pod at a time', async () => {
    await create(
      volume('alone', { accessModes: ['ReadWriteOncePod'] }),
      claim('alone', { ...request('1Gi', { storageClassName: 'manual' }), accessModes: ['ReadWriteOncePod'] }),
      using('first', 'alone'),
    );
    await running('first');
    await create(using('second', 'alone'));
    await eventually(async () =>
      expect(await kubectl('describe', 'pod', 'second')).toContain(
        '2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
      ),
    );
    await kubectl('delete', 'pod', 'first', '--grace-period=1');
    await running('second');
  });
});
