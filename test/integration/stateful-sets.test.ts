import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { service, statefulSet } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 2 });
  kubectl = await cluster.namespace('stateful');
  await kubectl.input(service('db', { clusterIP: 'None', selector: { app: 'db' } }), 'create', '-f', '-');
});
afterAll(() => cluster.stop());

const rolledOut = (name = 'db') => kubectl('rollout', 'status', `statefulset/${name}`, '--timeout=120s');
const images = () => kubectl('get', 'pods', '-l', 'app=db', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.spec.containers[0].image} {end}');

describe('a StatefulSet', () => {
  it('runs numbered pods, and is printed with its columns', async () => {
    await kubectl.input(statefulSet('db', 3), 'create', '-f', '-');
    await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=3', 'sts/db', '--timeout=120s');
    expect(await rolledOut()).toMatch(
      /partitioned roll out complete: 3 new pods have been updated...\n$|statefulset rolling update complete 3 pods at revision db-\w+...\n$/,
    );
    expect(await kubectl('get', 'sts')).toMatch(/^NAME +READY +AGE\ndb +3\/3 +[\dms]+\n$/);
    expect(await images()).toBe('db-0=web:1 db-1=web:1 db-2=web:1 ');
    await eventually(async () =>
      expect(await kubectl('describe', 'sts', 'db')).toMatch(
        /Normal +SuccessfulCreate .* statefulset-controller +create Pod db-0 in StatefulSet db successful/,
      ),
    );
  });

  it('gives its pods names in the endpoints of its Service', async () => {
    await eventually(async () => {
      const names = await kubectl('get', 'endpointslices', '-l', 'kubernetes.io/service-name=db', '-o', 'jsonpath={.items[*].endpoints[*].hostname}');
      expect(names.split(' ').sort()).toEqual(['db-0', 'db-1', 'db-2']);
    });
  });

  it('is rolled out, and its history shows what was', async () => {
    await kubectl('set', 'image', 'sts/db', 'web=web:2');
    await rolledOut();
    expect(await images()).toBe('db-0=web:2 db-1=web:2 db-2=web:2 ');
    expect(await kubectl('rollout', 'history', 'sts/db')).toMatch(/^statefulset.apps\/db *\nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/);
    expect(await kubectl('rollout', 'history', 'sts/db', '--revision=1')).toMatch(/Image:\tweb:1\n/);
  });

  it('is rolled back, once', async () => {
    expect(await kubectl('rollout', 'undo', 'sts/db')).toBe('statefulset.apps/db rolled back\n');
    await rolledOut();
    expect(await images()).toBe('db-0=web:1 db-1=web:1 db-2=web:1 ');
    expect(await kubectl('rollout', 'undo', 'sts/db', '--to-revision=3')).toBe(
      'statefulset.apps/db skipped rollback (current template already matches revision 3)\n',
    );
  });

  it('is restarted, and scaled', async () => {
    const uid = () => kubectl.path('{.metadata.uid}', 'pod', 'db-0');
    const before = await uid();
    await kubectl('rollout', 'restart', 'sts/db');
    await rolledOut();
    expect(await uid()).not.toBe(before);
    await kubectl('scale', 'sts', 'db', '--replicas=1');
    await eventually(async () => expect(await images()).toBe('db-0=web:1 '));
    await eventually(async () => expect(await kubectl('get', 'sts', 'db')).toMatch(/db +1\/1 /));
  });

  it('is updated in part', async () => {
    await kubectl('scale', 'sts', 'db', '--replicas=3');
    await rolledOut();
    await kubectl('patch', 'sts', 'db', '-p', JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: 2 } } } }));
    await kubectl('set', 'image', 'sts/db', 'web=web:3');
    expect(await rolledOut()).toMatch(/partitioned roll out complete: 1 new pods have been updated...\n$/);
    expect(await images()).toBe('db-0=web:1 db-1=web:1 db-2=web:3 ');
    await kubectl('delete', 'pod', 'db-0', '--grace-period=1');
    await eventually(async () => expect(await images()).toBe('db-0=web:1 db-1=web:1 db-2=web:3 '));
  });

  it('makes claims for its pods, which outlive them', async () => {
    const volumeClaimTemplates = [
      { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' } },
    ];
    await kubectl.input(statefulSet('store', 2, { podManagementPolicy: 'Parallel', volumeClaimTemplates }), 'create', '-f', '-');
    await eventually(async () => expect(await kubectl('get', 'pvc', '-l', 'app=store', '-o', 'name')).toMatch(/data-store-0\n.*data-store-1\n$/));
    // The claims come before the pod.
    await eventually(async () =>
      expect(await kubectl.path('{.spec.volumes[?(@.name=="data")].persistentVolumeClaim.claimName}', 'pod', 'store-1')).toBe('data-store-1'),
    );
    await kubectl('delete', 'sts', 'store');
    await eventually(async () => expect(await kubectl('get', 'pods', '-l', 'app=store', '-o', 'name')).toBe(''));
    expect(await kubectl('get', 'pvc', '-l', 'app=store', '-o', 'name')).toMatch(/data-store-0\n.*data-store-1\n$/);
  });

  it('is counted in the metrics of its controller', async () => {
    expect(await kubectl('get', '--raw', '/metrics')).toMatch(
      /controller_runtime_reconcile_total\{controller="statefulset-controller",result="success"\} [1-9]/,
    );
  });

  it('takes its pods and revisions with it', async () => {
    await kubectl('delete', 'sts', 'db');
    await eventually(async () => expect(await images()).toBe(''));
    await eventually(async () => expect(await kubectl('get', 'controllerrevisions', '-l', 'app=db', '-o', 'name')).toBe(''));
  });
});
