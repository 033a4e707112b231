import type { Labels } from '../../../api/selector/selector.ts';
import type { Steps } from '../../../base/steps.ts';
import type { Item, Ledger } from '../proxy/ledger.ts';
import { chain, fragmentOf } from '../proxy/ledger.ts';
import type { AddressSet } from './address-set.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { PolicyPod } from './policy-pod.ts';
import { samePod } from './policy-pod.ts';
import type { Direction } from './policy-table.ts';
import { DENIED, policyElement, shortHash } from './policy-table.ts';

/**
 * Turns policies, pods and namespaces into what the table of one node should hold, and writes that into a ledger. It is pure but for its own
 * state, and does work in proportion to what changed: a pod costs the sets that cover its namespace and, on this node, the policies of the
 * namespace; a policy costs the pods that it selects or names. A policy that selects no pod of this node has nothing in the table.
 */
export interface PolicyPlanner {
  /** Notes a policy as it is now; undefined if it is gone. */
  setPolicy(key: string, policy: CompiledPolicy | undefined): void;
  /** Notes the labels of a namespace; undefined if it is gone. */
  setNamespace(name: string, labels: Labels | undefined): void;
  /** Notes a pod, by any key of its own; undefined if it is gone. Returns whether that changed anything. */
  setPod(id: string, pod: PolicyPod | undefined): boolean;
  isDirty(): boolean;
  /** Writes what changed since the last call into the ledger, and what changes between its steps. Until it ends, the ledger may be at odds with itself. */
  plan(): Steps<void>;
  /** The pods of this node that are isolated in a direction. */
  isolated(direction: Direction): number;
}

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

export function createPolicyPlanner(ledger: Ledger): PolicyPlanner {
  const pods = createGroups<PolicyPod>((pod) => pod.namespace);
  const policies = createGroups<CompiledPolicy>((policy) => policy.namespace);
  const namespaces = new Map<string, Labels>();
  /** By the id of a pod of this node: the policies that select it. */
  const selecting = new Map<string, readonly CompiledPolicy[]>();
  /** By the key of a policy: how many pods of this node it selects. */
  const selectedCount = new Map<string, number>();
  const isolatedCount = { ingress: 0, egress: 0 };
  const openSets = createOpenSets();
  /** By namespace: the open sets that cover it, as its pods were last planned with. */
  const covering = new Map<string, readonly AddressSet[]>();
  const dirty = { pods: new Set<string>(), policies: new Set<string>(), namespaces: new Set<string>() };

  const count = (policy: CompiledPolicy, change: 1 | -1) => {
    const before = selectedCount.get(policy.key) ?? 0;
    if (before + change === 0) selectedCount.delete(policy.key);
    else selectedCount.set(policy.key, before + change);
    if (before === 0 || before + change === 0) dirty.policies.add(policy.key);
  };
  const countIsolated = (by: readonly CompiledPolicy[], change: 1 | -1) => {
    for (const direction of DIRECTIONS) if (by.some(({ chains }) => chains.has(direction))) isolatedCount[direction] += change;
  };
  /** Notes which policies select a pod of this node. */
  const select = (id: string) => {
    const pod = pods.get(id);
    const before = selecting.get(id) ?? [];
    const now = pod?.isLocal ? policies.group(pod.namespace).filter((policy) => policy.pods.matches(pod.labels)) : [];
    for (const policy of now) count(policy, 1);
    for (const policy of before) count(policy, -1);
    countIsolated(now, 1);
    countIsolated(before, -1);
    if (now.length > 0) selecting.set(id, now);
    else selecting.delete(id);
    dirty.pods.add(id);
  };
  const coverageOf = (namespace: string): readonly AddressSet[] => {
    let sets = covering.get(namespace);
    if (!sets) {
      const labels = namespaces.get(namespace);
      sets = openSets.all().filter((set) => set.coversNamespace(namespace, labels));
      covering.set(namespace, sets);
    }
    return sets;
  };

  /** Writes the policies that changed; returns the sets that opened and closed. */
  const planPolicies = (): { readonly opened: readonly AddressSet[]; readonly closed: ReadonlySet<AddressSet> } => {
    for (const key of dirty.policies) {
      const policy = policies.get(key);
      const active = policy && (selectedCount.get(key) ?? 0) > 0 ? policy : undefined;
      openSets.use(key, active?.sets ?? []);
      ledger.set(`policy ${key}`, active && active.items.length > 0 ? fragmentOf(active.items) : undefined);
    }
    dirty.policies.clear();
    return openSets.changes();
  };

  /** Marks the pods of namespaces whose coverage may have changed. */
  const markCovered = () => {
    const { opened, closed } = planPolicies();
    if (opened.length + closed.size > 0) {
      for (const namespace of [...pods.groups(), ...covering.keys()])
        if (opened.some((set) => set.coversNamespace(namespace, namespaces.get(namespace)))) dirty.namespaces.add(namespace);
      for (const [namespace, sets] of covering) if (sets.some((set) => closed.has(set))) dirty.namespaces.add(namespace);
    }
    for (const namespace of dirty.namespaces) {
      covering.delete(namespace);
      for (const id of pods.keysOf(namespace)) dirty.pods.add(id);
    }
    dirty.namespaces.clear();
  };

  const planPod = (id: string) => {
    const pod = pods.get(id);
    const items =
      pod?.address === undefined ? [] : podItems(pod, pod.address, selecting.get(id) ?? [], coverageOf(pod.namespace), namespaces.get(pod.namespace));
    ledger.set(`pod ${id}`, items.length > 0 ? fragmentOf(items) : undefined);
  };

  const isDirty = () => dirty.pods.size + dirty.policies.size + dirty.namespaces.size > 0;

  return {
    setPolicy(key, policy) {
      const before = policies.get(key);
      if (!before && !policy) return;
      policies.set(key, policy);
      dirty.policies.add(key);
      for (const id of pods.keysOf((policy ?? before)?.namespace ?? '')) if (pods.get(id)?.isLocal) select(id);
    },
    setNamespace(name, labels) {
      if (labels) namespaces.set(name, labels);
      else namespaces.delete(name);
      dirty.namespaces.add(name);
    },
    setPod(id, pod) {
      const before = pods.get(id);
      if (samePod(before, pod)) return false;
      pods.set(id, pod);
      if (before?.isLocal || pod?.isLocal) select(id);
      dirty.pods.add(id);
      return true;
    },
    isDirty,
    *plan() {
      let planned = 0;
      while (isDirty()) {
        markCovered();
        for (const id of dirty.pods) {
          dirty.pods.delete(id);
          planPod(id);
          if (++planned % PODS_A_STEP > 0) continue;
          yield;
          // A policy that came meanwhile is to be in the ledger before the pods that it selects.
          if (dirty.policies.size + dirty.namespaces.size > 0) break;
        }
      }
    },
    isolated: (direction) => isolatedCount[direction],
  };
}

/** About a millisecond's work. */
const PODS_A_STEP = 50;

/** Plans what a pod needs in the table; pure. */
function podItems(
  pod: PolicyPod,
  address: string,
  selectedBy: readonly CompiledPolicy[],
  sets: readonly AddressSet[],
  namespaceLabels: Labels | undefined,
): Item[] {
  const items: Item[] = [];
  for (const direction of DIRECTIONS) {
    const isolating = selectedBy.filter(({ chains }) => chains.has(direction));
    if (isolating.length === 0) continue;
    const allowed = isolating.flatMap(({ chains }) => chains.get(direction) ?? []).sort();
    // Pods that the same policies select share a chain.
    const name = `pods-${direction}-${shortHash(allowed.join('\n'))}`;
    items.push(chain(name, [...allowed.map((policy) => `jump ${policy}`), `counter name ${DENIED[direction]} drop`]));
    items.push(policyElement(`${direction}_pods`, address, `goto ${name}`));
  }
  if (items.length > 0) items.push(policyElement('self', `${address} . ${address}`));
  for (const set of sets)
    for (const key of set.elementsOf(pod, namespaceLabels)) items.push({ type: 'element', collection: set.name, key, value: '' });
  return items;
}

/** Values by key and by group. A value keeps its group as long as it has its key. */
function createGroups<T>(groupOf: (value: T) => string) {
  const values = new Map<string, T>();
  const keys = new Map<string, Set<string>>();
  return {
    get: (key: string): T | undefined => values.get(key),
    set(key: string, value: T | undefined): void {
      const before = values.get(key);
      const group = value ?? before;
      if (group === undefined) return;
      const members = keys.get(groupOf(group)) ?? new Set();
      if (value === undefined) {
        values.delete(key);
        members.delete(key);
      } else {
        values.set(key, value);
        members.add(key);
      }
      if (members.size > 0) keys.set(groupOf(group), members);
      else keys.delete(groupOf(group));
    },
    groups: (): Iterable<string> => keys.keys(),
    keysOf: (group: string): Iterable<string> => keys.get(group) ?? [],
    group: (group: string): T[] => [...(keys.get(group) ?? [])].flatMap((key) => values.get(key) ?? []),
  };
}

/** The sets that policies in the table look into, each once, however many policies share it. */
function createOpenSets() {
  const users = new Map<string, { readonly set: AddressSet; count: number }>();
  const usedBy = new Map<string, readonly AddressSet[]>();
  let opened = new Map<string, AddressSet>();
  let closed = new Map<string, AddressSet>();
  return {
    all: (): readonly AddressSet[] => [...users.values()].map(({ set }) => set),
    /** Replaces the sets that a policy looks into. */
    use(policy: string, sets: readonly AddressSet[]): void {
      for (const set of sets) {
        const entry = users.get(set.name);
        if (entry) entry.count++;
        else {
          // One that closed and opens again is another object: what was planned with the old one is planned anew.
          users.set(set.name, { set, count: 1 });
          opened.set(set.name, set);
        }
      }
      for (const { name } of usedBy.get(policy) ?? []) {
        const entry = users.get(name);
        if (!entry || --entry.count > 0) continue;
        users.delete(name);
        if (!opened.delete(name)) closed.set(name, entry.set);
      }
      if (sets.length > 0) usedBy.set(policy, sets);
      else usedBy.delete(policy);
    },
    /** Returns the sets that opened and closed since the last call. */
    changes(): { readonly opened: readonly AddressSet[]; readonly closed: ReadonlySet<AddressSet> } {
      const result = { opened: [...opened.values()], closed: new Set(closed.values()) };
      opened = new Map();
      closed = new Map();
      return result;
    },
  };
}
