import type { ContainerUsage, PodUsage, UsageReport } from './node-usage.ts';
import { totalOf } from './node-usage.ts';

const seconds = (nanoseconds: number): string => String(nanoseconds / 1e9);
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const podLabels = ({ namespace, pod }: PodUsage): string => `namespace="${escaped(namespace)}",pod="${escaped(pod)}"`;

/** A labelled value with its time in milliseconds, if it has one. */
type Sample = readonly [labels: string, value: string, time?: number];

/** Returns the text of /metrics/resource, which metrics-server reads (pkg/kubelet/metrics/collectors/resource_metrics.go). */
export function resourceMetrics({ machine, pods }: UsageReport): string {
  const lines: string[] = [];
  const metric = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]) => {
    if (samples.length === 0) return;
    lines.push(`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value, time] of samples) lines.push(`${name}${labels} ${value}${time === undefined ? '' : ` ${time}`}`);
  };
  const perContainer = (of: (item: ContainerUsage, labels: string) => Sample | undefined): Sample[] =>
    pods
      .flatMap((pod) => pod.containers.map((item) => of(item, `{container="${escaped(item.name)}",${podLabels(pod)}}`)))
      .filter((sample) => sample !== undefined);
  const perPod = (of: (containers: readonly ContainerUsage[]) => string) =>
    pods.map((pod): Sample => [`{${podLabels(pod)}}`, of(pod.containers), pod.containers[0]?.time ?? machine.time]);

  metric(
    'container_cpu_usage_seconds_total',
    'counter',
    'Cumulative cpu time consumed by the container in core-seconds',
    perContainer((item, labels) => [labels, seconds(item.cpuNanoseconds), item.time]),
  );
  metric(
    'container_memory_working_set_bytes',
    'gauge',
    'Current working set of the container in bytes',
    perContainer((item, labels) => [labels, String(item.workingSetBytes), item.time]),
  );
  metric(
    'container_start_time_seconds',
    'gauge',
    'Start time of the container since unix epoch in seconds',
    perContainer((item, labels) => (item.startedAt === 0 ? undefined : [labels, String(item.startedAt / 1000)])),
  );
  metric('node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds', [
    ['', seconds(machine.cpuNanoseconds), machine.time],
  ]);
  metric('node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes', [['', String(machine.workingSetBytes), machine.time]]);
  metric(
    'pod_cpu_usage_seconds_total',
    'counter',
    'Cumulative cpu time consumed by the pod in core-seconds',
    perPod((items) => seconds(totalOf(items, ({ cpuNanoseconds }) => cpuNanoseconds))),
  );
  metric(
    'pod_memory_working_set_bytes',
    'gauge',
    'Current working set of the pod in bytes',
    perPod((items) => String(totalOf(items, ({ workingSetBytes }) => workingSetBytes))),
  );
  metric('resource_scrape_error', 'gauge', '1 if there was an error while getting container metrics, 0 otherwise', [['', '0']]);
  lines.push('');
  return lines.join('\n');
}
