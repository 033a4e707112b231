import { nameColumn, shown } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { duration, list, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { totalUsage, usageField } from './usage.ts';

export const ContainerMetrics = struct('ContainerMetrics', 'CPU and memory that a container uses.', {
  name: string('Name of the container.').tag(1),
  usage: usageField('container').tag(2),
});
export type ContainerMetrics = Infer<typeof ContainerMetrics>;

export const PodMetrics = topLevel('PodMetrics', 'CPU and memory that the containers of a pod use.', {
  containers: list(ContainerMetrics, 'The containers with their usage.').tag(4),
  metadata: ref(ObjectMeta, 'Namespace, name and labels of the pod.', { presence: 'filled' }).tag(1).optional(),
  timestamp: time('The end of the time that the usage was measured over.').tag(2),
  window: duration('Length of the time that the usage was measured over.').tag(3),
});
export type PodMetrics = Infer<typeof PodMetrics>;

const total = ({ containers }: PodMetrics, resource: string): string =>
  totalUsage(
    containers.map(({ usage }) => usage),
    resource,
  );

/** Computed for each request that reads them: they cannot be watched or written (k8s.io/metrics/pkg/apis/metrics/v1beta1). */
export const podMetrics = defineKind<PodMetrics>({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  singular: '',
  namespaced: true,
  verbs: ['get', 'list'],
  storagePrefix: 'metrics.k8s.io/pods',
  schema: PodMetrics,
  columns: [
    nameColumn,
    shown<PodMetrics>('cpu', 'CPU that the pod uses.', (pod) => total(pod, 'cpu')),
    shown<PodMetrics>('memory', 'Memory that the pod uses.', (pod) => total(pod, 'memory')),
    shown<PodMetrics>('Window', 'Length of the time that the usage was measured over.', ({ window }) => window),
  ],
});
