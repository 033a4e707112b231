import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { NetworkLab } from '../pod-network/network-lab.fixture.ts';
import { canBuildLab, createNetworkLab, LAB_NODE_ADDRESS, LAB_OUTSIDE_ADDRESS, LAB_POD_CIDR } from '../pod-network/network-lab.fixture.ts';
import { staleFlows } from './conntrack.ts';
import { planHostPorts } from './host-port-plan.ts';
import type { Item, Ledger } from './ledger.ts';
import { createLedger, element, fragmentOf } from './ledger.ts';
import type { ServicePlan } from './service-plan.ts';
import { planService } from './service-plan.ts';
import { baseTable } from './table.ts';

const VIP = '10.96.44.1';

(canBuildLab() ? describe : describe.skip)('the service proxy on a real kernel', () => {
  let lab: NetworkLab;
  let ledger: Ledger;
  let plan: ServicePlan | undefined;
  const addresses: Record<string, string> = {};

  beforeAll(async () => {
    lab = await createNetworkLab();
    for (const name of ['a', 'b', 'c']) addresses[name] = await lab.addPod(name);
    await lab.serve('node', 'host', 8080);
    await lab.serve('outside', 'web', 80);
  }, 60_000);
  afterAll(() => lab.remove());

  beforeEach(async () => {
    ledger = createLedger();
    plan = undefined;
    ledger.set('nodes', fragmentOf([element('local_pods', LAB_POD_CIDR), element('pod_networks', LAB_POD_CIDR)]));
    await lab.onNode('nft', ['-f', '-'], baseTable({ serviceCIDR: '10.96.0.0/12' }) + [...ledger.everything()].join(''));
    ledger.commit();
  });

  async function apply(items?: readonly Item[]): Promise<void> {
    if (items) ledger.set('pod', fragmentOf(items));
    await lab.onNode('nft', ['-f', '-'], [...ledger.changes()].join(''));
    ledger.commit();
  }
  /** Replaces the service under test; endpoints are pods' names (here), or whole endpoints. */
  async function serve(
    spec: NonNullable<Service['spec']>,
    endpoints: readonly (string | Endpoint)[],
    status?: Service['status'],
    target = 8080,
  ): Promise<void> {
    const port = { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, ...spec.ports?.[0] };
    const service = { metadata: { namespace: 'default', name: 'web' }, spec: { clusterIP: VIP, clusterIPs: [VIP], ...spec, ports: [port] }, status };
    const slice: EndpointSlice = {
      addressType: 'IPv4',
      ports: [{ name: 'http', port: target, protocol: port.protocol }],
      endpoints: endpoints.map((endpoint) => (typeof endpoint === 'string' ? { addresses: [addresses[endpoint]!], nodeName: 'here' } : endpoint)),
    };
    const before = plan;
    plan = planService(service, [slice], { nodeName: 'here', ownAddresses: new Set() }, before);
    ledger.set('service', fragmentOf(plan.items));
    await apply();
    for (const flow of staleFlows(before?.udp ?? [], plan.udp)) await lab.onNode('conntrack', ['-D', ...flow]).catch(() => {});
  }
  const elsewhere = (ip: string): Endpoint => ({ addresses: [ip], nodeName: 'there' });
  const servers = (answers: readonly string[]) => [...new Set(answers.map((answer) => answer.split(' ')[0]))].sort();

  it('spreads connections to a cluster IP over all backends, from pods and from the node', async () => {
    await serve({}, ['a', 'b']);
    const fromPod = await lab.request('c', VIP, 80, { count: 30 });
    expect(servers(fromPod)).toEqual(['a', 'b']);
    expect(new Set(fromPod.map((answer) => answer.split(' saw ')[1]))).toEqual(new Set([addresses.c]));
    expect(servers(await lab.request('node', VIP, 80, { count: 30 }))).toEqual(['a', 'b']);
  });

  it('lets a pod reach itself through its service', async () => {
    await serve({}, ['a']);
    const [answer] = await lab.request('a', VIP, 80);
    expect(answer).toMatch(/^a saw /);
    expect(answer).not.toContain(addresses.a);
  });

  it('reaches a backend in the host network from a pod and from the node', async () => {
    await serve({}, [{ addresses: [LAB_NODE_ADDRESS], nodeName: 'here' }]);
    expect(await lab.request('a', VIP, 80)).toEqual([`host saw ${addresses.a}`]);
    expect(servers(await lab.request('node', VIP, 80))).toEqual(['host']);
  });

  it('follows endpoints as they come and go, and refuses at once when none is left', async () => {
    await serve({}, ['a']);
    expect(servers(await lab.request('c', VIP, 80, { count: 5 }))).toEqual(['a']);
    await serve({}, ['b', 'c']);
    expect(servers(await lab.request('a', VIP, 80, { count: 20 }))).toEqual(['b', 'c']);
    await serve({}, []);
    expect(await lab.request('c', VIP, 80)).toEqual(['ECONNREFUSED']);
    expect(await lab.request('node', VIP, 80)).toEqual(['ECONNREFUSED']);
    await serve({}, ['a']);
    expect(servers(await lab.request('c', VIP, 80))).toEqual(['a']);
  });

  it('refuses ports of a cluster IP that the service does not have', async () => {
    await serve({}, ['a']);
    expect(await lab.request('c', VIP, 81)).toEqual(['ECONNREFUSED']);
  });

  it('answers on a node port at every address of the node, masquerading who comes from outside', async () => {
    await serve({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }, ['a']);
    const [outside] = await lab.request('outside', LAB_NODE_ADDRESS, 30080);
    expect(outside).toMatch(/^a saw /);
    expect(outside).not.toContain(LAB_OUTSIDE_ADDRESS);
    expect(servers(await lab.request('node', '127.0.0.1', 30080))).toEqual(['a']);
    expect(servers(await lab.request('node', LAB_NODE_ADDRESS, 30080))).toEqual(['a']);
    expect(servers(await lab.request('b', LAB_NODE_ADDRESS, 30080))).toEqual(['a']);
    expect(servers(await lab.request('a', LAB_NODE_ADDRESS, 30080))).toEqual(['a']);
  });

  it('refuses a node port whose service has no endpoints', async () => {
    await serve({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }, []);
    expect(await lab.request('outside', LAB_NODE_ADDRESS, 30080)).toEqual(['ECONNREFUSED']);
  });

  it('keeps the source and stays on the node with externalTrafficPolicy Local', async () => {
    const spec = { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ name: 'http', port: 80, nodePort: 30080 }] };
    await serve(spec, ['a', elsewhere('10.244.99.99')]);
    expect(await lab.request('outside', LAB_NODE_ADDRESS, 30080, { count: 5 })).toEqual(Array(5).fill(`a saw ${LAB_OUTSIDE_ADDRESS}`));
    // Inside, the policy does not count: without a backend here, pods and the node still reach those elsewhere (here: the one outside).
    await serve(spec, [elsewhere(LAB_OUTSIDE_ADDRESS)]);
    expect(await lab.request('outside', LAB_NODE_ADDRESS, 30080)).toEqual(['TIMEOUT']);
  });

  it('uses only backends of this node with internalTrafficPolicy Local, and drops without one', async () => {
    await serve({ internalTrafficPolicy: 'Local' }, ['a', elsewhere('10.244.99.99')]);
    expect(servers(await lab.request('c', VIP, 80, { count: 5 }))).toEqual(['a']);
    await serve({ internalTrafficPolicy: 'Local' }, [elsewhere('10.244.99.99')]);
    expect(await lab.request('c', VIP, 80)).toEqual(['TIMEOUT']);
  });

  it('answers on load-balancer and external addresses, and keeps out who is not in the source ranges', async () => {
    const ingress = { loadBalancer: { ingress: [{ ip: '172.30.0.1' }] } };
    await serve({ type: 'LoadBalancer', externalIPs: ['172.30.0.9'] }, ['a', 'b'], ingress);
    expect(servers(await lab.request('outside', '172.30.0.1', 80, { count: 20 }))).toEqual(['a', 'b']);
    expect(servers(await lab.request('c', '172.30.0.1', 80, { count: 20 }))).toEqual(['a', 'b']);
    expect(servers(await lab.request('outside', '172.30.0.9', 80, { count: 20 }))).toEqual(['a', 'b']);
    await serve({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] }, ['a'], ingress);
    expect(await lab.request('outside', '172.30.0.1', 80)).toEqual(['TIMEOUT']);
    await serve({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24', '192.168.77.0/24'] }, ['a'], ingress);
    expect(servers(await lab.request('outside', '172.30.0.1', 80))).toEqual(['a']);
  });

  it('sends a client to the same backend with ClientIP affinity, also while others come, until that backend goes', async () => {
    await serve({ sessionAffinity: 'ClientIP' }, ['a', 'b']);
    const [first = ''] = servers(await lab.request('c', VIP, 80, { count: 20 }));
    const other = first === 'a' ? 'b' : 'a';
    expect(['a', 'b']).toContain(first);
    await serve({ sessionAffinity: 'ClientIP' }, ['a', 'b', { addresses: [LAB_NODE_ADDRESS], nodeName: 'here' }]);
    expect(servers(await lab.request('c', VIP, 80, { count: 20 }))).toEqual([first]);
    await serve({ sessionAffinity: 'ClientIP' }, [other]);
    expect(servers(await lab.request('c', VIP, 80, { count: 5 }))).toEqual([other]);
  });

  it('moves UDP clients that keep their port to a backend that lives', async () => {
    const ports = [{ name: 'http', port: 53, protocol: 'UDP' }];
    await serve({ ports }, ['a']);
    expect(servers(await lab.request('c', VIP, 53, { protocol: 'udp', localPort: 5353 }))).toEqual(['a']);
    await serve({ ports }, ['b']);
    expect(servers(await lab.request('c', VIP, 53, { protocol: 'udp', localPort: 5353 }))).toEqual(['b']);
  });

  it('moves UDP clients of a node port that keep their port when its target port changes', async () => {
    await lab.serve('a', 'a-again', 8081);
    const spec = { type: 'NodePort', ports: [{ name: 'http', port: 53, protocol: 'UDP', nodePort: 30053 }] };
    const ask = () => lab.request('c', LAB_NODE_ADDRESS, 30053, { protocol: 'udp', localPort: 5354 });
    await serve(spec, ['a']);
    expect(servers(await ask())).toEqual(['a']);
    await serve(spec, ['a'], undefined, 8081);
    expect(servers(await ask())).toEqual(['a-again']);
  });

  it('opens host ports from outside, from localhost and from the pod itself, and closes them again', async () => {
    const pod: Pod = {
      spec: { containers: [{ name: 'c', ports: [{ containerPort: 8080, hostPort: 18080 }] }] },
      status: { podIP: addresses.a },
    } as Pod;
    await apply(planHostPorts(pod));
    expect(await lab.request('outside', LAB_NODE_ADDRESS, 18080)).toEqual([`a saw ${LAB_OUTSIDE_ADDRESS}`]);
    expect(servers(await lab.request('node', '127.0.0.1', 18080))).toEqual(['a']);
    expect(servers(await lab.request('a', LAB_NODE_ADDRESS, 18080))).toEqual(['a']);
    expect(servers(await lab.request('b', LAB_NODE_ADDRESS, 18080))).toEqual(['a']);
    await apply([]);
    expect(await lab.request('outside', LAB_NODE_ADDRESS, 18080)).toEqual(['ECONNREFUSED']);
  });

  it('masquerades what pods send outside, and lets pods see each other as they are', async () => {
    await apply();
    expect(await lab.request('a', LAB_OUTSIDE_ADDRESS, 80)).toEqual([`web saw ${LAB_NODE_ADDRESS}`]);
    expect(await lab.request('a', addresses.b!, 8080)).toEqual([`b saw ${addresses.a}`]);
  });

  it('leaves the source of what goes to pods of other nodes as it is, also through a service', async () => {
    await lab.joinOutside('10.244.8.0/24', '10.244.8.2');
    ledger.set('other', fragmentOf([element('pod_networks', '10.244.8.0/24')]));
    await serve({ ports: [{ name: 'http', port: 80 }] }, [{ addresses: ['10.244.8.2'], nodeName: 'there' }], undefined, 80);
    expect(await lab.request('a', '10.244.8.2', 80)).toEqual([`web saw ${addresses.a}`]);
    expect(await lab.request('a', VIP, 80)).toEqual([`web saw ${addresses.a}`]);
    expect(servers(await lab.request('node', VIP, 80))).toEqual(['web']);
  });
});
