import type { ContainerUsage, PodUsage, UsageReport } from './node-usage.ts';
import { totalOf } from './node-usage.ts';
import type { MetricText, Sample } from './prometheus-text.ts';
import { createMetricText, escaped, seconds } from './prometheus-text.ts';

const podLabels = ({ namespace, pod }: PodUsage): string => `namespace="${escaped(namespace)}",pod="${escaped(pod)}"`;

/** Returns the text of /metrics/resource, which metrics-server reads (pkg/kubelet/metrics/collectors/resource_metrics.go). */
export function resourceMetrics({ machine, pods }: UsageReport): string {
  const printed = createMetricText();
  const metric: MetricText['metric'] = (name, type, help, samples) => printed.metric(name, type, `[STABLE] ${help}`, samples);
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
  return printed.text();
}
