/** A reading of the counters of a node or a container. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** CPU time used so far, in nanoseconds. */
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
  /** Milliseconds since the epoch; undefined if the node does not say. */
  readonly startedAt: number | undefined;
}

/** The readings of a node and its containers at one time. */
export interface NodeReadings {
  /** Undefined if the node does not say what it uses as a whole. */
  readonly node: Reading | undefined;
  /** By `namespace/name` of the pod, and by the name of the container. */
  readonly pods: ReadonlyMap<string, ReadonlyMap<string, Reading>>;
}

type Field = 'cpuNanoseconds' | 'memoryBytes' | 'startedAt';

/** The metrics of kubelet's /metrics/resource that are read, with the factor from their unit to ours. */
const METRICS: ReadonlyMap<string, { readonly of: 'node' | 'container'; readonly field: Field; readonly factor: number }> = new Map([
  ['node_cpu_usage_seconds_total', { of: 'node', field: 'cpuNanoseconds', factor: 1e9 }],
  ['node_memory_working_set_bytes', { of: 'node', field: 'memoryBytes', factor: 1 }],
  ['container_cpu_usage_seconds_total', { of: 'container', field: 'cpuNanoseconds', factor: 1e9 }],
  ['container_memory_working_set_bytes', { of: 'container', field: 'memoryBytes', factor: 1 }],
  ['container_start_time_seconds', { of: 'container', field: 'startedAt', factor: 1e3 }],
]);

/** A line of Prometheus' text format: name, labels, value, and the time in milliseconds if it is given. */
const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+(-?\d+))?[ \t]*$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

interface Partial {
  time: number;
  cpuNanoseconds?: number;
  memoryBytes?: number;
  startedAt?: number;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(LABEL)) labels[name] = value.replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char));
  return labels;
}

/** Reading without CPU or memory says nothing: metrics-server leaves it out too. */
const complete = ({ time, cpuNanoseconds, memoryBytes, startedAt }: Partial): Reading | undefined =>
  cpuNanoseconds === undefined || memoryBytes === undefined ? undefined : { time, cpuNanoseconds, memoryBytes, startedAt };

/** Reads what a node answers at /metrics/resource. `now` is the time of values that have none. Lines of other metrics do not matter. */
export function parseNodeReadings(text: string, now: number): NodeReadings {
  const node: Partial = { time: now };
  const pods = new Map<string, Map<string, Partial>>();
  for (const line of text.split('\n')) {
    const brace = line.search(/[{ \t]/);
    const metric = brace < 0 ? undefined : METRICS.get(line.slice(0, brace));
    const match = metric && LINE.exec(line);
    if (!metric || !match) continue;
    const value = Number(match[3]) * metric.factor;
    if (!Number.isFinite(value)) continue;
    const reading = metric.of === 'node' ? node : containerIn(pods, labelsOf(match[2] ?? ''), now);
    reading[metric.field] = Math.round(value);
    if (metric.field === 'cpuNanoseconds' && match[4] !== undefined) reading.time = Number(match[4]);
  }
  const found = new Map<string, ReadonlyMap<string, Reading>>();
  for (const [pod, containers] of pods) {
    const readings = new Map<string, Reading>();
    for (const [name, container] of containers) {
      const reading = complete(container);
      if (reading) readings.set(name, reading);
    }
    if (readings.size > 0) found.set(pod, readings);
  }
  return { node: complete(node), pods: found };
}

function containerIn(
  pods: Map<string, Map<string, Partial>>,
  { namespace = '', pod = '', container = '' }: Record<string, string>,
  now: number,
): Partial {
  const key = `${namespace}/${pod}`;
  const containers = pods.get(key) ?? new Map<string, Partial>();
  pods.set(key, containers);
  const reading = containers.get(container) ?? { time: now };
  containers.set(container, reading);
  return reading;
}
