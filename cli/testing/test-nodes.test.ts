import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { daemonSets } from '../../api/kinds/apps/daemon-set/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';

const labels = { app: 'exporter' };
const metadata = { namespace: 'default', name: 'exporter' };

describe('the simulated nodes of a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
  });
  afterAll(() => cluster.stop());

  it('have an address each, at which their own network is the endpoint of a Service', async () => {
    const { client } = cluster;
    const spec = { hostNetwork: true, containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 9100 }] }] };
    await client.create(services, { metadata, spec: { selector: labels, ports: [{ port: 9100 }] } });
    await client.create(daemonSets, { metadata, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } });
    await eventually(async () => {
      const slices = (await client.list(endpointSlices, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=exporter' })).items;
      const addresses = slices.flatMap(({ endpoints }) => endpoints?.filter(({ conditions }) => conditions?.ready) ?? []).map((e) => e.addresses[0]);
      const found = (await client.list(pods, { namespace: 'default', labelSelector: 'app=exporter' })).items;
      expect(addresses.sort()).toEqual(found.map(({ status }) => status?.podIP).sort());
      expect(new Set(addresses).size).toBe(2);
      for (const { status } of found) expect(status?.hostIP).toBe(status?.podIP);
    });
  });
});
