import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podLevelRequests, requestsOf } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { milliValueOfQuantity, valueOfQuantity } from '../../api/schema/quantity.ts';

/** Amounts of resources that a node has or that pods ask for. */
export interface Resources {
  milliCpu: number;
  /** Bytes. */
  memory: number;
  /** Bytes. */
  ephemeralStorage: number;
  /** Extended resources and huge pages, by name. */
  scalars: Map<string, number> | undefined;
}

type QuantityMap = Readonly<Record<string, string>> | undefined;

/** The requests that scores assume for a container without any (k8s.io/kubernetes/pkg/scheduler/util). */
const UNSET_MILLI_CPU = 100;
const UNSET_MEMORY = 200 * 1024 * 1024;

export const noResources = (): Resources => ({ milliCpu: 0, memory: 0, ephemeralStorage: 0, scalars: undefined });

const MEMO = 10_000;
const bytes = new Map<string, number>();
/** Memoized: a cluster has few distinct quantities. */
function bytesOf(text: string): number {
  let value = bytes.get(text);
  if (value === undefined) {
    if (bytes.size >= MEMO) bytes.clear();
    value = valueOfQuantity(text);
    bytes.set(text, value);
  }
  return value;
}

/** Whether a resource is counted by its name; other native resources are not counted at all. */
export const isScalar = (name: string) => name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-');

function parse(quantities: QuantityMap): Resources {
  const result = noResources();
  for (const name in quantities) {
    const text = quantities[name] ?? '0';
    if (name === 'cpu') result.milliCpu = milliValueOfQuantity(text);
    else if (name === 'memory') result.memory = bytesOf(text);
    else if (name === 'ephemeral-storage') result.ephemeralStorage = bytesOf(text);
    else if (isScalar(name)) {
      result.scalars ??= new Map();
      result.scalars.set(name, bytesOf(text));
    }
  }
  return result;
}

/** The amount of a resource: of CPU in thousandths, of others as they are counted. */
export function amountOf(resources: Resources, name: string): number {
  if (name === 'cpu') return resources.milliCpu;
  if (name === 'memory') return resources.memory;
  if (name === 'ephemeral-storage') return resources.ephemeralStorage;
  return resources.scalars?.get(name) ?? 0;
}

/** Adds `from` to `to` in place, or subtracts it with -1. */
export function addResources(to: Resources, from: Resources, sign: 1 | -1 = 1): void {
  to.milliCpu += sign * from.milliCpu;
  to.memory += sign * from.memory;
  to.ephemeralStorage += sign * from.ephemeralStorage;
  if (!from.scalars) return;
  to.scalars ??= new Map();
  for (const [name, amount] of from.scalars) to.scalars.set(name, (to.scalars.get(name) ?? 0) + sign * amount);
}

function maxResources(to: Resources, from: Resources): void {
  to.milliCpu = Math.max(to.milliCpu, from.milliCpu);
  to.memory = Math.max(to.memory, from.memory);
  to.ephemeralStorage = Math.max(to.ephemeralStorage, from.ephemeralStorage);
  if (!from.scalars) return;
  to.scalars ??= new Map();
  for (const [name, amount] of from.scalars) to.scalars.set(name, Math.max(to.scalars.get(name) ?? 0, amount));
}

const copy = (from: Resources): Resources => ({ ...from, scalars: from.scalars && new Map(from.scalars) });

export interface PodRequests {
  readonly requested: Resources;
  /** The same with a little CPU and memory for each container that names none: for scores. */
  readonly nonZero: Resources;
}

/**
 * The resources that a pod asks of its node: containers and sidecars together, or the largest moment of its init containers, plus overhead;
 * requests of the pod as a whole take the place of its containers' (k8s.io/component-helpers/resource).
 */
export function podRequests(pod: Pod): PodRequests {
  const { spec } = pod;
  const requests = requestsOf(pod);
  const podLevel = spec?.resources && podLevelRequests(pod);
  const ofContainer = (container: Container): Resources => parse(requests(container));
  const withUnset = (container: Container): Resources => {
    const own = ofContainer(container);
    const { requests } = container.resources ?? {};
    if (requests?.cpu === undefined) own.milliCpu = UNSET_MILLI_CPU;
    if (requests?.memory === undefined) own.memory = UNSET_MEMORY;
    return own;
  };
  const total = (of: (container: Container) => Resources): Resources => {
    const sum = noResources();
    for (const container of spec?.containers ?? []) addResources(sum, of(container));
    if (spec?.initContainers?.length) addInitContainers(sum, spec.initContainers, of);
    if (podLevel) {
      const whole = parse(podLevel);
      if (podLevel.cpu !== undefined) sum.milliCpu = whole.milliCpu;
      if (podLevel.memory !== undefined) sum.memory = whole.memory;
      for (const [name, amount] of whole.scalars ?? []) {
        sum.scalars ??= new Map();
        sum.scalars.set(name, amount);
      }
    }
    if (spec?.overhead) addResources(sum, parse(spec.overhead));
    return sum;
  };
  return { requested: total(ofContainer), nonZero: total(withUnset) };
}

/** Sidecars stay, so they add up; other init containers run one at a time beside the sidecars started before them. */
function addInitContainers(sum: Resources, initContainers: readonly Container[], of: (container: Container) => Resources): void {
  const sidecars = noResources();
  const peak = noResources();
  for (const container of initContainers) {
    const moment = of(container);
    if (container.restartPolicy === 'Always') {
      addResources(sum, moment);
      addResources(sidecars, moment);
      maxResources(peak, sidecars);
      continue;
    }
    const withSidecars = copy(sidecars);
    addResources(withSidecars, moment);
    maxResources(peak, withSidecars);
  }
  maxResources(sum, peak);
}

export interface Allocatable {
  readonly resources: Resources;
  readonly pods: number;
}

export function nodeAllocatable({ status }: Node): Allocatable {
  const allocatable = status?.allocatable ?? status?.capacity;
  return { resources: parse(allocatable), pods: bytesOf(allocatable?.pods ?? '0') };
}
