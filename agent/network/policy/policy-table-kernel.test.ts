import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NetworkPolicySpec } from '../../../api/kinds/networking/network-policy/schema.ts';
import { finished } from '../../../base/steps.ts';
import type { NetworkLab } from '../pod-network/network-lab.fixture.ts';
import { canBuildLab, createNetworkLab, LAB_NODE_ADDRESS, LAB_OUTSIDE_ADDRESS, LAB_POD_CIDR } from '../pod-network/network-lab.fixture.ts';
import { createLedger, element, fragmentOf } from '../proxy/ledger.ts';
import { planService } from '../proxy/service-plan.ts';
import { baseTable } from '../proxy/table.ts';
import { compilePolicy } from './compiled-policy.ts';
import type { PolicyPlanner } from './policy-planner.ts';
import { createPolicyPlanner } from './policy-planner.ts';
import { policyPod } from './policy-pod.ts';
import { basePolicyTable, POLICY_TABLE } from './policy-table.ts';
import type { PodOptions } from './policy-world.fixture.ts';
import { somePod, somePolicy } from './policy-world.fixture.ts';

const VIP = '10.96.44.1';
const REMOTE = '10.244.8.2';

(canBuildLab() ? describe : describe.skip)('network policies on a real kernel', () => {
  let lab: NetworkLab;
  let planner: PolicyPlanner;
  let sync: () => Promise<void>;
  const addresses: Record<string, string> = {};
  const ports = [
    { name: 'http', containerPort: 8080 },
    { name: 'dns', containerPort: 8080, protocol: 'UDP' },
  ];

  beforeAll(async () => {
    lab = await createNetworkLab();
    for (const name of ['a', 'b', 'c']) addresses[name] = await lab.addPod(name);
    await lab.serve('a', 'a-other', 9090);
    await lab.serve('outside', 'web', 80);
    await lab.joinOutside('10.244.8.0/24', REMOTE);
    // The service proxy's table with the service `VIP` in front of the pod a.
    const ledger = createLedger();
    const service = {
      metadata: { namespace: 'default', name: 'web' },
      spec: {
        clusterIP: VIP,
        clusterIPs: [VIP],
        type: 'NodePort',
        ports: [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP', targetPort: 8080 }],
      },
    };
    const slice = {
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [{ addresses: [addresses.a!], nodeName: 'here' }],
    };
    ledger.set('service', fragmentOf(planService(service, [slice], { nodeName: 'here', ownAddresses: new Set() }).items));
    ledger.set('nodes', fragmentOf([element('local_pods', LAB_POD_CIDR), element('pod_networks', LAB_POD_CIDR)]));
    await lab.onNode('nft', ['-f', '-'], baseTable({}) + [...ledger.everything()].join(''));
  }, 180_000);
  afterAll(() => lab.remove());

  beforeEach(async () => {
    const ledger = createLedger(POLICY_TABLE);
    planner = createPolicyPlanner(ledger);
    sync = async () => {
      finished(planner.plan());
      await lab.onNode('nft', ['-f', '-'], [...ledger.changes()].join(''));
      ledger.commit();
    };
    await lab.onNode('nft', ['-f', '-'], basePolicyTable());
    planner.setNamespace('a', { team: 'a' });
    planner.setNamespace('far', { team: 'far' });
    for (const name of ['a', 'b', 'c']) setPod(name, { labels: { app: name }, address: addresses[name] ?? '', ports });
    setPod('remote', { namespace: 'far', labels: { app: 'remote' }, address: REMOTE, node: 'there', ports: [{ name: 'http', containerPort: 80 }] });
    await sync();
  });

  const setPod = (name: string, options: PodOptions) => planner.setPod(name, policyPod(somePod(name, options), (options.node ?? 'here') === 'here'));
  const enforce = async (name: string, spec: NetworkPolicySpec | undefined) => {
    planner.setPolicy(`a/${name}`, spec && compilePolicy(somePolicy(name, spec)));
    await sync();
  };
  const onA = { podSelector: { matchLabels: { app: 'a' } } };
  const answers = async (from: string, address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp') =>
    ((await lab.request(from, address, port, { protocol }))[0] ?? '').includes(' saw ');

  it('deny all traffic of a pod but that with its node and with itself, also through a service', async () => {
    expect(await answers('b', addresses.a!, 8080)).toBe(true);
    await enforce('deny', { ...onA, policyTypes: ['Ingress', 'Egress'] });
    const denied = await Promise.all([
      answers('b', addresses.a!, 8080),
      answers('b', addresses.a!, 8080, 'udp'),
      answers('b', VIP, 80),
      answers('outside', addresses.a!, 8080),
      answers('outside', LAB_NODE_ADDRESS, 30080),
      answers('a', addresses.b!, 8080),
      answers('a', LAB_OUTSIDE_ADDRESS, 80),
    ]);
    expect(denied).toEqual(denied.map(() => false));
    expect(await answers('node', addresses.a!, 8080)).toBe(true);
    expect(await answers('node', VIP, 80)).toBe(true);
    expect(await answers('a', VIP, 80)).toBe(true);
    expect(await answers('b', addresses.c!, 8080)).toBe(true);
    await enforce('deny', undefined);
    expect(await answers('b', addresses.a!, 8080)).toBe(true);
  });

  it('allow pods by their labels and namespaces, on this node and on others, and through a service by the client behind it', async () => {
    await enforce('allow', { ...onA, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'b' } } }] }] });
    expect(await answers('b', addresses.a!, 8080)).toBe(true);
    expect(await answers('b', VIP, 80)).toBe(true);
    expect(await answers('c', VIP, 80)).toBe(false);
    expect(await answers('outside', addresses.a!, 8080)).toBe(false);
    setPod('c', { labels: { app: 'b' }, address: addresses.c! });
    setPod('b', { labels: { app: 'c' }, address: addresses.b! });
    await sync();
    expect(await answers('c', addresses.a!, 8080)).toBe(true);
    expect(await answers('b', addresses.a!, 8080)).toBe(false);
    await enforce('allow', { ...onA, egress: [{ to: [{ namespaceSelector: { matchLabels: { team: 'far' } } }] }], policyTypes: ['Egress'] });
    expect(await answers('a', REMOTE, 80)).toBe(true);
    expect(await answers('a', addresses.b!, 8080)).toBe(false);
  });

  it('allow blocks of addresses without their exceptions', async () => {
    const block = (cidr: string, except: string[] = []) => ({ ...onA, ingress: [{ from: [{ ipBlock: { cidr, except } }] }] });
    await enforce('block', block('192.168.77.0/24'));
    expect(await answers('outside', addresses.a!, 8080)).toBe(true);
    expect(await answers('outside', LAB_NODE_ADDRESS, 30080)).toBe(true);
    expect(await answers('b', addresses.a!, 8080)).toBe(false);
    await enforce('block', block('0.0.0.0/0', [`${LAB_OUTSIDE_ADDRESS}/32`]));
    expect(await answers('outside', addresses.a!, 8080)).toBe(false);
    expect(await answers('b', addresses.a!, 8080)).toBe(true);
    await enforce('block', block('0.0.0.0/0'));
    expect(await answers('outside', addresses.a!, 8080)).toBe(true);
  });

  it('allow ports by number, by range and by name, of each protocol', async () => {
    const open = (...list: NonNullable<NonNullable<NetworkPolicySpec['ingress']>[number]['ports']>) =>
      enforce('ports', { ...onA, ingress: [{ ports: list }] });
    const reached = () => Promise.all([answers('b', addresses.a!, 8080), answers('b', addresses.a!, 9090), answers('b', addresses.a!, 8080, 'udp')]);
    await open({ port: 8080, protocol: 'TCP' });
    expect(await reached()).toEqual([true, false, false]);
    await open({ port: 9000, endPort: 9100, protocol: 'TCP' }, { port: 8080, protocol: 'UDP' }, { port: 9100, endPort: 9200, protocol: 'TCP' });
    expect(await reached()).toEqual([false, true, true]);
    await open({ port: 'http', protocol: 'TCP' });
    expect(await reached()).toEqual([true, false, false]);
    await open({ port: 'dns', protocol: 'UDP' }, { protocol: 'SCTP' });
    expect(await reached()).toEqual([false, false, true]);
    await open({ protocol: 'TCP' });
    expect(await reached()).toEqual([true, true, false]);
  });

  it('allow the ports that destinations have under a name', async () => {
    await enforce('out', { ...onA, egress: [{ ports: [{ port: 'http', protocol: 'TCP' }] }], policyTypes: ['Egress'] });
    expect(await answers('a', addresses.b!, 8080)).toBe(true);
    expect(await answers('a', addresses.b!, 8080, 'udp')).toBe(false);
    expect(await answers('a', REMOTE, 80)).toBe(true);
    expect(await answers('a', LAB_OUTSIDE_ADDRESS, 80)).toBe(false);
  });

  it('leave a connection alone that was made before them', async () => {
    await enforce('allow', { ...onA, ingress: [{}] });
    expect(await answers('b', addresses.a!, 8080, 'udp')).toBe(true);
    const flow = { protocol: 'udp', localPort: 5353 } as const;
    expect((await lab.request('b', addresses.a!, 8080, flow))[0]).toContain(' saw ');
    await enforce('allow', onA);
    expect((await lab.request('b', addresses.a!, 8080, flow))[0]).toContain(' saw ');
    expect(await answers('b', addresses.a!, 8080, 'udp')).toBe(false);
  });

  it('count what they drop, and a pod that uses an address which is not its own', async () => {
    const dropped = async (counter: string) =>
      Number(/packets (\d+)/.exec(await lab.onNode('nft', ['list', 'counter', ...POLICY_TABLE.split(' '), counter]))?.[1]);
    await enforce('deny', onA);
    expect(await answers('b', addresses.a!, 8080)).toBe(false);
    expect(await dropped('denied_ingress')).toBeGreaterThan(0);
    expect(await dropped('denied_spoofed')).toBe(0);
    await lab.inPod('b', 'ip', ['address', 'add', '10.244.7.222/32', 'dev', 'eth0']);
    await lab.inPod('b', 'ip', ['route', 'replace', `${LAB_OUTSIDE_ADDRESS}/32`, 'via', '10.244.7.1', 'src', '10.244.7.222']);
    expect(await answers('b', LAB_OUTSIDE_ADDRESS, 80)).toBe(false);
    expect(await dropped('denied_spoofed')).toBeGreaterThan(0);
  });

  it('put thousands of pods and policies into one transaction', async () => {
    for (let at = 0; at < 2000; at++)
      setPod(`far-${at}`, { namespace: 'far', labels: { app: 'x' }, address: `10.250.${at >> 8}.${at & 255}`, node: 'there' });
    for (let at = 0; at < 300; at++)
      planner.setPolicy(
        `a/many-${at}`,
        compilePolicy(somePolicy(`many-${at}`, { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 1000 + at }] }] })),
      );
    await sync();
    expect(await answers('b', addresses.a!, 8080)).toBe(false);
    await enforce('open', { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'b' } } }] }] });
    expect(await answers('b', addresses.a!, 8080)).toBe(true);
    expect(await answers('c', addresses.a!, 8080)).toBe(false);
  });
});
