import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { NodeMetrics, PodMetrics } from '../../api/kinds/metrics/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { quantityText } from '../../api/schema/quantity.ts';
import { timeText } from '../../base/clock.ts';
import { goDurationText } from '../../base/go-duration.ts';
import type { PodUsage, Usage } from './usage.ts';

const usageText = ({ cpuNanocores, memoryBytes }: Usage): Record<string, string> => ({
  cpu: quantityText({ nanos: BigInt(cpuNanocores), format: 'DecimalSI' }),
  memory: quantityText({ nanos: BigInt(memoryBytes) * 1_000_000_000n, format: 'BinarySI' }),
});

/** The metadata that metrics-server gives: the object comes into being as it is read. */
const metadataOf = ({ metadata: { name, namespace, labels } }: Live, now: number) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  creationTimestamp: timeText(now),
  ...(labels === undefined ? {} : { labels }),
});

const measured = ({ time, windowMs }: Pick<Usage, 'time' | 'windowMs'>) => ({
  timestamp: timeText(time),
  window: goDurationText(Math.round(windowMs)),
});

export const nodeMetricsOf = (node: Live<Node>, usage: Usage, now: number): NodeMetrics => ({
  metadata: metadataOf(node, now),
  ...measured(usage),
  usage: usageText(usage),
});

export const podMetricsOf = (pod: Live<Pod>, usage: PodUsage, now: number): PodMetrics => ({
  metadata: metadataOf(pod, now),
  ...measured(usage),
  containers: usage.containers.map(({ name, usage: own }) => ({ name, usage: usageText(own) })),
});
