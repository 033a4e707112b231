import { describe, expect, it } from '@jest/globals';
import { deployments } from '../api/kinds/apps/deployment.ts';
import { replicaSets } from '../api/kinds/apps/replica-set.ts';
import { endpoints } from '../api/kinds/core/endpoints.ts';
import { nodes } from '../api/kinds/core/node/index.ts';
import type { Pod } from '../api/kinds/core/pod/index.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import { services } from '../api/kinds/core/service/index.ts';
import { endpointSlices } from '../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../api/meta/object.ts';
import type { ControllerDefinition } from '../runtime/control/controller.ts';
import type { StubEnv } from './_shared/env.fixture.ts';
import { createStubEnv } from './_shared/env.fixture.ts';
import { endpointSliceController } from './network/endpoint-slice/controller.ts';
import { endpointsController } from './network/endpoints/controller.ts';
import { taintEvictionController } from './nodes/taint-eviction/controller.ts';
import { deploymentController } from './workloads/deployment/controller.ts';
import { replicaSetController } from './workloads/replica-set/controller.ts';

const APPS = 50;
const live = (name: string, labels: Record<string, string>): Live['metadata'] => ({
  name,
  namespace: 'default',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels,
});
const template = (app: string) => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'a' }] } });
const owned = (kind: string, name: string) => [{ apiVersion: 'apps/v1', kind, name, uid: name, controller: true }];

const podOf = (app: string, ready: string, version: string): Live<Pod> => ({
  metadata: { ...live(`${app}-pod`, { app }), resourceVersion: version, ownerReferences: owned('ReplicaSet', `${app}-set`) },
  spec: { containers: [{ name: 'a' }], nodeName: 'n' },
  status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: ready }] },
});

/** Fifty applications: a Deployment, a ReplicaSet, a Service and a pod each. */
function populated(definition: ControllerDefinition): StubEnv {
  const stub = createStubEnv(definition);
  stub.show(nodes, { metadata: { ...live('n', {}), namespace: undefined } });
  for (let i = 0; i < APPS; i++) {
    const app = `app-${i}`;
    const selector = { matchLabels: { app } };
    const spec = { replicas: 1, selector, template: template(app) };
    stub.show(deployments, { metadata: live(app, {}), spec });
    stub.show(replicaSets, { metadata: { ...live(`${app}-set`, { app }), ownerReferences: owned('Deployment', app) }, spec });
    stub.show(services, { metadata: live(app, {}), spec: { selector: { app }, ports: [{ port: 80 }] } });
    stub.show(pods, podOf(app, 'True', '1'));
  }
  return stub;
}

const all: [string, ControllerDefinition, string[]][] = [
  ['a ReplicaSet', replicaSetController({ replicaSets, pods }), ['default/app-7-set']],
  ['Endpoints', endpointsController({ services, pods, endpoints }), ['default/app-7']],
  ['EndpointSlices', endpointSliceController({ services, pods, nodes, endpointSlices }), ['default/app-7']],
  ['a Deployment', deploymentController({ deployments, replicaSets, pods }), []],
  ['taints', taintEvictionController({ nodes, pods }), []],
];

describe('a pod that changes', () => {
  it.each(all)('wakes, for %s, what it concerns, and nothing looks at all the others', async (_, definition, woken) => {
    const stub = populated(definition);
    stub.enqueued();
    stub.scans();
    stub.show(pods, podOf('app-7', 'False', '2'));
    expect(stub.enqueued()).toEqual(woken);
    for (const key of woken) await stub.reconcile(key.slice('default/'.length)).catch(() => {});
    expect(stub.scans()).toBe(0);
  });

  it.each<[string, ControllerDefinition]>([
    ['ReplicaSet', replicaSetController({ replicaSets, pods })],
    ['Service', endpointsController({ services, pods, endpoints })],
  ])('and is an orphan wakes the %s that selects it', (_, definition) => {
    const stub = populated(definition);
    stub.enqueued();
    stub.scans();
    stub.show(pods, { metadata: live('orphan', { app: 'app-9' }), spec: { containers: [] }, status: { phase: 'Running' } });
    expect(stub.enqueued()).toEqual([expect.stringMatching(/^default\/app-9/)]);
    expect(stub.scans()).toBe(0);
  });
});
