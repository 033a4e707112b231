import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { NetworkPolicy } from '../../../api/kinds/networking/network-policy/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import { finished } from '../../../base/steps.ts';
import { createLedger } from '../proxy/ledger.ts';
import { compilePolicy } from './compiled-policy.ts';
import type { PolicyWorld } from './naive-policies.fixture.ts';
import { naiveVerdict } from './naive-policies.fixture.ts';
import { createPolicyPlanner } from './policy-planner.ts';
import { policyPod } from './policy-pod.ts';
import { basePolicyTable, POLICY_TABLE } from './policy-table.ts';
import { randomLabels, randomNamespace, randomPod, randomPolicy, somePod, somePolicy } from './policy-world.fixture.ts';
import type { Packet, TableModel } from './table-model.fixture.ts';
import { createTableModel } from './table-model.fixture.ts';

type Labels = Readonly<Record<string, string>>;

/** A node whose planner follows a world, and whose table follows the planner. */
function createNode() {
  const ledger = createLedger(POLICY_TABLE);
  const planner = createPolicyPlanner(ledger);
  const table = createTableModel(POLICY_TABLE);
  table.apply(basePolicyTable());
  const policies = new Map<string, Live<NetworkPolicy>>();
  const pods = new Map<string, Live<Pod>>();
  const namespaces = new Map<string, Labels>();
  const put = <T>(map: Map<string, T>, key: string, value: T | undefined) => {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  };
  return {
    planner,
    table,
    world: (): PolicyWorld => ({ policies: [...policies.values()], pods: [...pods.values()], namespaces }),
    policy(policy: Live<NetworkPolicy>, isGone = false) {
      const key = keyText(keyOf(policy));
      put(policies, key, isGone ? undefined : policy);
      planner.setPolicy(key, isGone ? undefined : compilePolicy(policy));
    },
    pod(pod: Live<Pod>, isGone = false) {
      const key = keyText(keyOf(pod));
      put(pods, key, isGone ? undefined : pod);
      planner.setPod(key, isGone ? undefined : policyPod(pod, pod.spec?.nodeName === 'here'));
    },
    namespace(name: string, labels: Labels | undefined) {
      put(namespaces, name, labels);
      planner.setNamespace(name, labels);
    },
    /** Brings the table up to date; returns the transaction. */
    sync(): string {
      finished(planner.plan());
      const transaction = [...ledger.changes()].join('');
      table.apply(transaction);
      ledger.commit();
      return transaction;
    },
  };
}

const packet = (from: string, to: string, port = 80, protocol = 'tcp'): Packet => ({ from, to, port, protocol });
const judge = (table: TableModel, from: string, to: string, port?: number, protocol?: string) => table.judge(packet(from, to, port, protocol));

/** Changes one thing at random. */
function change(node: ReturnType<typeof createNode>, chance: Chance): void {
  const number = chance.int(1, 9);
  const kind = chance.int(0, 9);
  if (kind < 4) node.pod(randomPod(chance, number), chance.oneIn(4));
  else if (kind < 8) {
    const policy = randomPolicy(chance, `policy-${chance.int(1, 4)}`);
    node.policy(policy, chance.oneIn(4));
  } else node.namespace(randomNamespace(chance), chance.oneIn(6) ? undefined : randomLabels(chance));
}

const addresses = [...Array.from({ length: 9 }, (_, at) => `10.244.${at % 2 === 0 ? 8 : 7}.${at + 1}`), '192.168.1.7', '192.168.2.7', '8.8.8.8'];

describe('the planner of network policies', () => {
  it.each(seeds(40))('agrees with a naive reading of all objects on every packet, after every change (seed %i)', (seed) => {
    const chance = createChance(seed);
    const node = createNode();
    const verdicts = { accept: 0, drop: 0 };
    node.pod(somePod('pod-6', { address: '10.244.7.6' }));
    node.policy(somePolicy('policy-1', { podSelector: {} }));
    for (let step = 0; step < 20; step++) {
      for (let changes = step === 0 ? 0 : chance.int(1, 4); changes > 0; changes--) change(node, chance);
      node.sync();
      const world = node.world();
      const packets = addresses.flatMap((from) =>
        addresses.flatMap((to) => [packet(from, to), packet(from, to, chance.int(79, 85), chance.pick(['tcp', 'udp', 'sctp', 'icmp']))]),
      );
      const wrong = packets.filter((each) => {
        const verdict = node.table.judge(each);
        verdicts[verdict]++;
        return verdict !== naiveVerdict(world, 'here', each);
      });
      expect({ step, wrong }).toEqual({ step, wrong: [] });
    }
    expect(Math.min(verdicts.accept, verdicts.drop)).toBeGreaterThan(0);
  });

  it.each(seeds(20))('comes to the same table by many changes as by one (seed %i)', (seed) => {
    const chance = createChance(1000 + seed);
    const node = createNode();
    for (let step = 0; step < 60; step++) {
      change(node, chance);
      if (chance.oneIn(2)) node.sync();
    }
    node.sync();
    const fresh = createNode();
    const { policies, pods, namespaces } = node.world();
    for (const [name, labels] of namespaces) fresh.namespace(name, labels);
    for (const pod of pods) fresh.pod(pod);
    for (const policy of policies) fresh.policy(policy);
    fresh.sync();
    expect(node.table.lines()).toEqual(fresh.table.lines());
    expect(['ingress', 'egress'].map((direction) => node.planner.isolated(direction as 'ingress'))).toEqual(
      ['ingress', 'egress'].map((direction) => fresh.planner.isolated(direction as 'ingress')),
    );
  });

  it.each(seeds(10))('leaves nothing in the table when everything is gone (seed %i)', (seed) => {
    const chance = createChance(2000 + seed);
    const node = createNode();
    const empty = node.table.lines();
    for (let step = 0; step < 40; step++) {
      change(node, chance);
      if (chance.oneIn(3)) node.sync();
    }
    const { policies, pods } = node.world();
    for (const policy of policies) node.policy(policy, true);
    for (const pod of pods) node.pod(pod, true);
    node.sync();
    expect(node.table.lines()).toEqual(empty);
  });

  it('sends nothing for a change that changes no rule', () => {
    const node = createNode();
    node.namespace('a', {});
    node.policy(somePolicy('deny', { podSelector: { matchLabels: { app: 'x' } } }));
    node.pod(somePod('one', { address: '10.244.7.2', labels: { app: 'x' } }));
    expect(node.sync()).not.toBe('');
    node.pod(somePod('one', { address: '10.244.7.2', labels: { app: 'x' } }));
    node.policy(somePolicy('deny', { podSelector: { matchLabels: { app: 'x' } } }));
    node.pod(somePod('other', { address: '10.244.7.3' }));
    node.namespace('a', { some: 'label' });
    expect(node.sync()).toBe('');
  });

  it('puts only what selects pods of this node into the table', () => {
    const node = createNode();
    node.namespace('a', {});
    node.pod(somePod('far', { address: '10.244.8.2', node: 'there' }));
    node.policy(somePolicy('open', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }));
    expect(node.sync()).toBe('');
    node.pod(somePod('near', { address: '10.244.7.2' }));
    expect(node.sync()).toContain('10.244.8.2');
    expect(judge(node.table, '10.244.8.2', '10.244.7.2')).toBe('accept');
    expect(judge(node.table, '10.244.8.3', '10.244.7.2')).toBe('drop');
  });

  it('gives a thousand pods of one policy one chain, and changes a handful of elements when one of them goes', () => {
    const node = createNode();
    node.namespace('a', {});
    node.policy(somePolicy('group', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] }));
    for (let at = 0; at < 1000; at++) node.pod(somePod(`pod-${at}`, { address: `10.244.${at >> 8}.${at & 255}` }));
    node.sync();
    const chains = node.table.lines().filter((line) => line.startsWith('chain '));
    expect(chains).toHaveLength(4);
    node.pod(somePod('pod-7', { address: '10.244.0.7' }), true);
    const transaction = node.sync();
    expect(transaction.match(/10\.244\.0\.7/g)).toHaveLength(4);
    expect(transaction.split('\n').filter((line) => line !== '')).toHaveLength(3);
  });

  it('lets a pod that no policy selects be reached by all, and one that a policy without rules selects by nobody but itself', () => {
    const node = createNode();
    node.namespace('a', {});
    node.pod(somePod('free', { address: '10.244.7.2' }));
    node.pod(somePod('closed', { address: '10.244.7.3', labels: { app: 'x' } }));
    node.policy(somePolicy('deny', { podSelector: { matchLabels: { app: 'x' } }, policyTypes: ['Ingress', 'Egress'] }));
    node.sync();
    expect(judge(node.table, '8.8.8.8', '10.244.7.2')).toBe('accept');
    expect(judge(node.table, '10.244.7.2', '10.244.7.3')).toBe('drop');
    expect(judge(node.table, '10.244.7.3', '10.244.7.2')).toBe('drop');
    expect(judge(node.table, '10.244.7.3', '10.244.7.3')).toBe('accept');
    expect(node.table.judge({ ...packet('10.244.7.2', '10.244.7.3'), isEstablished: true })).toBe('accept');
  });

  it('drops what a pod sends under an address that is not its own', () => {
    const { table } = createNode();
    expect(table.judge({ ...packet('10.244.7.9', '8.8.8.8'), isSpoofed: true })).toBe('drop');
  });

  it('takes a block of all addresses for any peer, and one of IPv6 alone for none', () => {
    const node = createNode();
    node.namespace('a', {});
    node.pod(somePod('one', { address: '10.244.7.2' }));
    node.policy(somePolicy('all', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 80 }] }] }));
    node.sync();
    expect(judge(node.table, '8.8.8.8', '10.244.7.2')).toBe('accept');
    node.policy(somePolicy('all', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '::/0' } }] }] }));
    node.sync();
    expect(judge(node.table, '8.8.8.8', '10.244.7.2')).toBe('drop');
  });

  it('plans what comes while it plans before it ends', () => {
    const node = createNode();
    node.namespace('a', {});
    for (let at = 0; at < 200; at++) node.pod(somePod(`pod-${at}`, { address: `10.244.7.${at}` }));
    const steps = node.planner.plan();
    expect(steps.next().done).toBe(false);
    node.policy(somePolicy('late', { podSelector: {} }));
    node.pod(somePod('pod-1', { address: '10.244.7.201' }));
    finished(steps);
    expect(node.planner.isDirty()).toBe(false);
    node.sync();
    expect(judge(node.table, '8.8.8.8', '10.244.7.201')).toBe('drop');
    expect(judge(node.table, '8.8.8.8', '10.244.7.5')).toBe('drop');
    expect(judge(node.table, '8.8.8.8', '10.244.7.1')).toBe('accept');
  });
});
