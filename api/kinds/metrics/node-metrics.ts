import { nameColumn, shown } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { duration, ref, time, topLevel } from '../../schema/fields.ts';
import { totalUsage, usageField } from './usage.ts';

export const NodeMetrics = topLevel('NodeMetrics', 'CPU and memory that a node uses.', {
  metadata: ref(ObjectMeta, 'Name and labels of the node.', { presence: 'filled' }).tag(1).optional(),
  timestamp: time('The end of the time that the usage was measured over.').tag(2),
  usage: usageField('node').tag(4),
  window: duration('Length of the time that the usage was measured over.').tag(3),
});
export type NodeMetrics = Infer<typeof NodeMetrics>;

/** Computed for each request that reads them: they cannot be watched or written (k8s.io/metrics/pkg/apis/metrics/v1beta1). */
export const nodeMetrics = defineKind<NodeMetrics>({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'NodeMetrics',
  plural: 'nodes',
  singular: '',
  namespaced: false,
  verbs: ['get', 'list'],
  storagePrefix: 'metrics.k8s.io/nodes',
  schema: NodeMetrics,
  columns: [
    nameColumn,
    shown<NodeMetrics>('cpu', 'CPU that the node uses.', ({ usage }) => totalUsage([usage], 'cpu')),
    shown<NodeMetrics>('memory', 'Memory that the node uses.', ({ usage }) => totalUsage([usage], 'memory')),
    shown<NodeMetrics>('Window', 'Length of the time that the usage was measured over.', ({ window }) => window),
  ],
});
