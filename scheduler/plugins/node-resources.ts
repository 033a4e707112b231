import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Resources } from '../state/resources.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter, Score } from './plugin.ts';
import { MAX_SCORE } from './plugin.ts';

interface Shortage {
  readonly reason: string;
  /** The node would be too small even if it were empty. */
  readonly hopeless: boolean;
}

const asksNothing = ({ milliCpu, memory, ephemeralStorage, scalars }: Resources) =>
  milliCpu === 0 && memory === 0 && ephemeralStorage === 0 && !scalars;

/** The resources that a node has too little of for a pod, in upstream's order. */
export function shortages({ requested }: PodInfo, node: NodeInfo): readonly Shortage[] {
  const found: Shortage[] = [];
  if (node.pods.size + 1 > node.maxPods) found.push({ reason: 'Too many pods', hopeless: false });
  if (asksNothing(requested)) return found;
  const { allocatable, requested: used } = node;
  const check = (name: string, wanted: number, taken: number, all: number) => {
    if (wanted > 0 && wanted > all - taken) found.push({ reason: `Insufficient ${name}`, hopeless: wanted > all });
  };
  check('cpu', requested.milliCpu, used.milliCpu, allocatable.milliCpu);
  check('memory', requested.memory, used.memory, allocatable.memory);
  check('ephemeral-storage', requested.ephemeralStorage, used.ephemeralStorage, allocatable.ephemeralStorage);
  if (requested.scalars) {
    for (const [name, amount] of requested.scalars) check(name, amount, used.scalars?.get(name) ?? 0, allocatable.scalars?.get(name) ?? 0);
  }
  return found;
}

/** Keeps a pod off nodes that have too little left for its requests. */
export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  prepare: (pod) => (node) => {
    const found = shortages(pod, node);
    if (found.length === 0) return undefined;
    return { reasons: found.map(({ reason }) => reason), preemptible: !found.some(({ hopeless }) => hopeless) };
  },
  events: ['NodeAdd', 'NodeUpdate', 'AssignedPodScaleDown', 'AssignedPodDelete'],
  hint(event, { requested }) {
    if (event.name === 'AssignedPodDelete' || event.name === 'AssignedPodScaleDown') return true;
    const node = nodeChange(event, 'allocatable');
    return node !== undefined && requested.milliCpu <= node.allocatable.milliCpu && requested.memory <= node.allocatable.memory;
  },
};

/** Prefers emptier nodes: the mean of the shares of CPU and memory that would be left. */
export const leastAllocatedScore: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepare:
    ({ nonZero }) =>
    ({ allocatable, nonZeroRequested }) => {
      let sum = 0;
      let counted = 0;
      const add = (requested: number, capacity: number) => {
        if (capacity === 0) return;
        counted++;
        if (requested <= capacity) sum += Math.trunc(((capacity - requested) * MAX_SCORE) / capacity);
      };
      add(nonZeroRequested.milliCpu + nonZero.milliCpu, allocatable.milliCpu);
      add(nonZeroRequested.memory + nonZero.memory, allocatable.memory);
      return counted === 0 ? 0 : Math.trunc(sum / counted);
    },
};

/** Prefers nodes whose CPU and memory are used in like shares. Does not apply to pods that ask for neither. */
export const balancedAllocationScore: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepare({ requested }) {
    if (requested.milliCpu === 0 && requested.memory === 0) return undefined;
    return ({ allocatable, requested: used }) => {
      if (allocatable.milliCpu === 0 || allocatable.memory === 0) return MAX_SCORE;
      const cpu = Math.min(1, (used.milliCpu + requested.milliCpu) / allocatable.milliCpu);
      const memory = Math.min(1, (used.memory + requested.memory) / allocatable.memory);
      return Math.trunc((1 - Math.abs(cpu - memory) / 2) * MAX_SCORE);
    };
  },
};
