import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { endpoints } from '../../../api/kinds/core/endpoints.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
beforeEach(async () => {
  cluster = await startControllersCluster();
  await cluster.client.create(nodes, { metadata: { name: 'node-0' } });
});
afterEach(() => cluster.stop());

let lastIp = 0;
const service = (name: string, spec: Partial<NonNullable<Service['spec']>>): Service => ({
  metadata: { name, namespace: 'default', labels: { tier: 'front' } },
  spec: { clusterIP: `10.96.0.${++lastIp + 10}`, clusterIPs: [`10.96.0.${lastIp + 10}`], ports: [{ port: 80, targetPort: 'http' }], ...spec },
});
const replicas = (count: number) =>
  cluster.client.create(replicaSets, {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: count,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'web', ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
    },
  });
const slicesOf = async (name: string) =>
  (await cluster.list(endpointSlices)).filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);

describe('a service', () => {
  it('has its ready pods as endpoints, in Endpoints and EndpointSlices', async () => {
    await replicas(3);
    const created = await cluster.client.create(services, service('web', { selector: { app: 'web' } }));
    const found = await cluster.until('all addresses are there', async () => {
      const object = await cluster.find(endpoints, 'web');
      return object?.subsets?.[0]?.addresses?.length === 3 && object;
    });
    const all = await cluster.list(pods);
    expect(found.metadata.labels).toEqual({ tier: 'front', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });
    expect(found.subsets).toHaveLength(1);
    expect(found.subsets?.[0]?.ports).toEqual([{ port: 8080, protocol: 'TCP' }]);
    expect(new Set(found.subsets?.[0]?.addresses?.map(({ ip }) => ip))).toEqual(new Set(all.map((pod) => pod.status?.podIP)));
    expect(found.subsets?.[0]?.addresses?.[0]).toMatchObject({ nodeName: 'node-0', targetRef: { kind: 'Pod', namespace: 'default' } });

    const [slice, ...others] = await cluster.until('the slice is full', async () => {
      const slices = await slicesOf('web');
      return slices[0]?.endpoints?.filter((endpoint) => endpoint.conditions?.ready).length === 3 && slices;
    });
    expect(others).toEqual([]);
    expect(slice?.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
    expect(slice?.metadata.labels).toEqual({
      tier: 'front',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
    });
    expect(slice?.metadata.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'Service', name: 'web', uid: created.metadata.uid, controller: true, blockOwnerDeletion: true },
    ]);
    expect(slice).toMatchObject({ addressType: 'IPv4', ports: [{ name: '', port: 8080, protocol: 'TCP' }] });
    expect(slice?.endpoints?.[0]).toMatchObject({ conditions: { ready: true, serving: true, terminating: false }, nodeName: 'node-0' });

    await cluster.client.delete(services, keyIn('web'));
    await cluster.until('all is gone with it', async () => !(await cluster.find(endpoints, 'web')) && (await slicesOf('web')).length === 0);
  });

  it('says in both when the change came that made them', async () => {
    // The other service shows that the controllers know all three pods as ready: the second one is made from them in one step.
    await replicas(3);
    await cluster.client.create(services, service('first', { selector: { app: 'web' } }));
    const readyOf = async (name: string) => [
      (await cluster.find(endpoints, name))?.subsets?.[0]?.addresses?.length,
      (await slicesOf(name)).flatMap((slice) => slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready).length,
    ];
    const allReady = async (name: string) => (await readyOf(name)).every((count) => count === 3);
    await cluster.until('the controllers know all pods', () => allReady('first'));
    const { metadata } = await cluster.client.create(services, service('web', { selector: { app: 'web' } }));
    await cluster.until('its endpoints are there', () => allReady('web'));
    const made = { 'endpoints.kubernetes.io/last-change-trigger-time': metadata.creationTimestamp };
    expect((await cluster.find(endpoints, 'web'))?.metadata.annotations).toEqual(made);
    expect((await slicesOf('web')).map((slice) => slice.metadata.annotations)).toEqual([made]);
  });

  it('without pods has one empty slice and empty Endpoints', async () => {
    await cluster.client.create(services, service('empty', { selector: { app: 'none' } }));
    await cluster.until('both are there', async () => (await cluster.find(endpoints, 'empty')) && (await slicesOf('empty')).length === 1);
    expect((await cluster.find(endpoints, 'empty'))?.subsets ?? []).toEqual([]);
    const [slice] = await slicesOf('empty');
    expect([slice?.endpoints ?? [], slice?.ports ?? []]).toEqual([[], []]);
  });

  it('follows readiness, labels and deletion of its pods', async () => {
    await replicas(2);
    await cluster.client.create(services, service('web', { selector: { app: 'web' } }));
    const readyCount = async () =>
      (await slicesOf('web')).flatMap((slice) => slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready).length;
    await cluster.until('two are ready', async () => (await readyCount()) === 2);
    const [pod] = await cluster.list(pods);
    const conditions = pod!.status!.conditions!.map((condition) => (condition.type === 'Ready' ? { ...condition, status: 'False' } : condition));
    await cluster.client.update(pods, { ...pod!, status: { ...pod!.status, conditions } }, { subresource: 'status' });
    await cluster.until('one is not ready', async () => (await readyCount()) === 1);
    expect((await cluster.find(endpoints, 'web'))?.subsets?.[0]?.notReadyAddresses?.[0]?.ip).toBe(pod!.status?.podIP);
    await cluster.client.patch(pods, keyIn(pod!.metadata.name), { type: 'merge', body: { metadata: { labels: { app: 'other' } } } });
    await cluster.until('it is out', async () => {
      const addresses = (await slicesOf('web')).flatMap((slice) => slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
      return addresses.length === 2 && !addresses.includes(pod!.status!.podIP!);
    });
  });

  it('has its endpoints put right when something else has written them', async () => {
    await replicas(1);
    await cluster.client.create(services, service('web', { selector: { app: 'web' } }));
    const addresses = async () => (await cluster.find(endpoints, 'web'))?.subsets?.[0]?.addresses?.length;
    const ready = async () => (await slicesOf('web'))[0]?.endpoints?.length;
    await cluster.until('its pod is there', async () => (await addresses()) === 1 && (await ready()) === 1);
    await cluster.client.patch(endpoints, keyIn('web'), { type: 'merge', body: { subsets: null } });
    for (const { metadata } of await slicesOf('web')) {
      await cluster.client.patch(endpointSlices, keyIn(metadata.name), { type: 'merge', body: { endpoints: [] } });
    }
    await cluster.until('its pod is there again', async () => (await addresses()) === 1 && (await ready()) === 1);
  });

  it('with an empty selector is one without: its endpoints are left to the user', async () => {
    await replicas(1);
    await cluster.client.create(services, service('open', { selector: {} }));
    await cluster.client.create(services, service('web', { selector: { app: 'web' } }));
    await cluster.until('the other service has endpoints', async () => (await cluster.find(endpoints, 'web'))?.subsets?.[0]?.addresses?.length === 1);
    expect([await cluster.find(endpoints, 'open'), await slicesOf('open')]).toEqual([undefined, []]);
  });

  it('keeps the name of its slice when its first pod comes and its last one goes', async () => {
    await cluster.client.create(services, service('web', { selector: { app: 'web' } }));
    const [empty] = await cluster.until('there is a slice', async () => {
      const slices = await slicesOf('web');
      return slices.length === 1 && slices;
    });
    const holds = (count: number) =>
      cluster.until(`it holds ${count}`, async () => {
        const [slice] = await slicesOf('web');
        return (slice?.endpoints ?? []).length === count && slice;
      });
    await replicas(1);
    expect((await holds(1)).metadata.uid).toBe(empty?.metadata.uid);
    await cluster.client.patch(replicaSets, keyIn('web'), { type: 'merge', body: { spec: { replicas: 0 } } });
    expect((await holds(0)).metadata.uid).toBe(empty?.metadata.uid);
  });

  it('that asks for it has hints by which traffic stays in its zone, and none once it asks no more', async () => {
    for (const [name, zone] of [
      ['node-0', 'x'],
      ['node-1', 'y'],
    ] as const) {
      const live = (await cluster.find(nodes, name)) ?? (await cluster.client.create(nodes, { metadata: { name } }));
      const placed = await cluster.client.update(nodes, {
        ...live,
        metadata: { ...live.metadata, labels: { ...live.metadata.labels, 'topology.kubernetes.io/zone': zone } },
      });
      const status = { allocatable: { cpu: '2' }, conditions: [{ type: 'Ready', status: 'True' }] };
      await cluster.client.update(nodes, { ...placed, status }, { subresource: 'status' });
    }
    await replicas(4);
    const created = await cluster.client.create(services, service('web', { selector: { app: 'web' } }));
    const hinted = async () => {
      const all = (await slicesOf('web')).flatMap((slice) => slice.endpoints ?? []);
      const zones = all.map((endpoint) => endpoint.hints?.forZones?.[0]?.name ?? '-');
      return all.length === 4 && all.every(({ conditions }) => conditions?.ready) ? zones.sort().join('') : '';
    };
    await cluster.until('it has its endpoints', async () => (await hinted()) === '----');
    const mode = (value: string | null) =>
      cluster.client.patch(services, keyIn('web'), {
        type: 'merge',
        body: { metadata: { uid: created.metadata.uid, annotations: { 'service.kubernetes.io/topology-mode': value } } },
      });
    await mode('Auto');
    await cluster.until('half of them take the other zone’s traffic', async () => (await hinted()) === 'xxyy');
    await mode(null);
    await cluster.until('the hints are gone', async () => (await hinted()) === '----');
    await cluster.until('both are reported', async () => {
      const events = (await cluster.eventsOn('Service', 'web')).filter((text) => text.startsWith('TopologyAwareHints'));
      return (
        events.includes('TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4') &&
        events.includes('TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, addressType: IPv4')
      );
    });
  });

  it('of more than a hundred pods has several slices, each with at most a hundred', async () => {
    await replicas(230);
    await cluster.client.create(services, service('big', { selector: { app: 'web' } }));
    const slices = await cluster.until('all endpoints are there', async () => {
      const found = await slicesOf('big');
      const ready = found.flatMap((slice) => slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready);
      return ready.length === 230 && found;
    });
    expect(Math.max(...slices.map((slice) => slice.endpoints?.length ?? 0))).toBeLessThanOrEqual(100);
    const addresses = slices.flatMap((slice) => slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
    expect(new Set(addresses).size).toBe(230);
  });

  it('without a selector keeps the Endpoints that a user made, and they are mirrored into a slice', async () => {
    await cluster.client.create(services, service('external', {}));
    await cluster.client.create(endpoints, {
      metadata: { name: 'external', namespace: 'default' },
      subsets: [{ addresses: [{ ip: '192.0.2.1' }], notReadyAddresses: [{ ip: '192.0.2.2' }], ports: [{ port: 5432 }] }],
    });
    const [slice] = await cluster.until('the mirror is there', async () => {
      const found = await slicesOf('external');
      return found.length === 1 && found;
    });
    expect(slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by']).toBe('endpointslicemirroring-controller.k8s.io');
    expect(slice?.endpoints).toEqual([
      { addresses: ['192.0.2.1'], conditions: { ready: true } },
      { addresses: ['192.0.2.2'], conditions: { ready: false } },
    ]);
    const object = await cluster.client.get(endpoints, keyIn('external'));
    await cluster.client.update(endpoints, { ...object, subsets: [{ addresses: [{ ip: '192.0.2.9' }], ports: [{ port: 5432 }] }] });
    await cluster.until('the mirror follows', async () => (await slicesOf('external'))[0]?.endpoints?.[0]?.addresses[0] === '192.0.2.9');
    await cluster.client.delete(endpoints, keyIn('external'));
    await cluster.until('the mirror is gone', async () => (await slicesOf('external')).length === 0);
  });

  it('of type LoadBalancer gets the addresses of the ready nodes, and gives them back', async () => {
    const node = (name: string, ip: string, ready: string) => ({
      metadata: { name },
      status: { addresses: [{ type: 'InternalIP', address: ip }], conditions: [{ type: 'Ready', status: ready }] },
    });
    for (const object of [node('a', '192.0.2.10', 'True'), node('b', '192.0.2.11', 'False')]) {
      const live = await cluster.client.create(nodes, { metadata: object.metadata });
      await cluster.client.update(nodes, { ...live, status: object.status }, { subresource: 'status' });
    }
    await cluster.client.create(services, service('lb', { type: 'LoadBalancer', selector: { app: 'web' } }));
    const found = await cluster.until('it has an address', async () => {
      const object = await cluster.find(services, 'lb');
      return (object?.status?.loadBalancer?.ingress ?? []).length > 0 && object;
    });
    expect(found.status?.loadBalancer?.ingress).toEqual([{ ip: '192.0.2.10', ipMode: 'VIP' }]);
    expect(found.metadata.finalizers).toEqual(['service.kubernetes.io/load-balancer-cleanup']);
    expect((await cluster.eventsOn('Service', 'lb')).slice(0, 2)).toEqual([
      'EnsuringLoadBalancer: Ensuring load balancer',
      'EnsuredLoadBalancer: Ensured load balancer',
    ]);
    const second = await cluster.client.get(nodes, { namespace: '', name: 'b' });
    await cluster.client.update(nodes, { ...second, status: node('b', '192.0.2.11', 'True').status }, { subresource: 'status' });
    await cluster.until('it leads to the other node too', async () => {
      const ingress = (await cluster.find(services, 'lb'))?.status?.loadBalancer?.ingress;
      return ingress?.map(({ ip }) => ip).join() === '192.0.2.10,192.0.2.11';
    });
    await cluster.until('that is reported', async () =>
      (await cluster.eventsOn('Service', 'lb')).includes('UpdatedLoadBalancer: Updated load balancer with new hosts'),
    );
    await cluster.client.delete(services, keyIn('lb'));
    await cluster.until('it is gone', async () => !(await cluster.find(services, 'lb')));
  });
});
