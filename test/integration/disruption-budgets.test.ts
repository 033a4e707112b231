import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { deployment, pod } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('budgets');
});
afterAll(() => cluster.stop());

const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web' } };
const selector = { matchLabels: { app: 'web' } };

/** Asks for the eviction of one of the pods, as a drain would. */
const eviction = async () => {
  const name = await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}');
  return { name, path: `/api/v1/namespaces/budgets/pods/${name}/eviction`, body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } } };
};

describe('a PodDisruptionBudget over a Deployment', () => {
  it('refuses evictions while too few pods are healthy', async () => {
    await kubectl.input(deployment('web', 2), 'create', '-f', '-');
    await kubectl.input({ ...budget, spec: { minAvailable: 2, selector } }, 'create', '-f', '-');
    const numbers = '{.status.currentHealthy}/{.status.desiredHealthy}/{.status.expectedPods}/{.status.disruptionsAllowed}';
    await eventually(async () => expect(await kubectl.path(numbers, 'pdb', 'web')).toBe('2/2/2/0'));
    expect(await kubectl('get', 'pdb')).toMatch(/^NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nweb +2 +N\/A +0 +[\dms]+\n$/);
    expect(await kubectl.path('{.status.conditions[0].reason}', 'pdb', 'web')).toBe('InsufficientPods');
    const { path, body } = await eviction();
    await expect(kubectl.input(body, 'create', '--raw', path, '-f', '-')).rejects.toThrow(
      "Cannot evict pod as it would violate the pod's disruption budget.",
    );
  });

  it('allows one once there is a pod to spare, which is replaced', async () => {
    await kubectl('scale', 'deployment', 'web', '--replicas=3');
    await eventually(async () => expect(await kubectl('get', 'pdb')).toMatch(/\nweb +2 +N\/A +1 /));
    expect(await kubectl.path('{.status.conditions[0].reason}', 'pdb', 'web')).toBe('SufficientPods');
    const { name, path, body } = await eviction();
    await kubectl.input(body, 'create', '--raw', path, '-f', '-');
    await eventually(async () => {
      expect(await kubectl('get', 'pods', '-o', 'name')).not.toContain(name);
      expect(await kubectl.path('{.status.currentHealthy}/{.status.disruptionsAllowed}/{.status.disruptedPods}', 'pdb', 'web')).toBe('3/1/');
    });
  });

  it('counts the scale of the Deployment for a percentage', async () => {
    await kubectl.input({ ...budget, spec: { maxUnavailable: '50%', selector } }, 'replace', '-f', '-');
    const numbers = '{.status.desiredHealthy}/{.status.expectedPods}/{.status.disruptionsAllowed}';
    await eventually(async () => expect(await kubectl.path(numbers, 'pdb', 'web')).toBe('1/3/2'));
  });
});

describe('a PodDisruptionBudget over pods of other controllers', () => {
  const widgets = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
        },
      ],
    },
  };
  const controlledPod = async (name: string, apiVersion: string, kind: string, owner: string) => {
    const uid = await kubectl.path('{.metadata.uid}', owner);
    const made = pod(name, { labels: { app: name } });
    const ownerReferences = [{ apiVersion, kind, name: 'owner', uid, controller: true }];
    await kubectl.input({ ...made, metadata: { ...made.metadata, ownerReferences } }, 'create', '-f', '-');
    const spec = { maxUnavailable: 1, selector: { matchLabels: { app: name } } };
    await kubectl.input({ ...budget, metadata: { name }, spec }, 'create', '-f', '-');
  };

  it('reads the scale of a custom resource', async () => {
    await kubectl.input(widgets, 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=60s');
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'owner' }, spec: { replicas: 5 } };
    await eventually(() => kubectl.input(widget, 'apply', '-f', '-'));
    await controlledPod('scaled', 'example.com/v1', 'Widget', 'widget/owner');
    await eventually(async () =>
      expect(await kubectl.path('{.status.currentHealthy}/{.status.desiredHealthy}/{.status.expectedPods}', 'pdb', 'scaled')).toBe('1/4/5'),
    );
  });

  it('says in its condition that a kind has no scale', async () => {
    await kubectl('create', 'configmap', 'owner');
    await controlledPod('scaleless', 'v1', 'ConfigMap', 'configmap/owner');
    await eventually(async () =>
      expect(await kubectl.path('{.status.conditions[0].reason}: {.status.conditions[0].message}', 'pdb', 'scaleless')).toBe(
        'SyncFailed: configmaps does not implement the scale subresource',
      ),
    );
  });
});
