import { LabelSelector } from '../../../meta/label-selector.ts';
import type { Field, Infer } from '../../../schema/fields.ts';
import { int32, quantity, ref, string, struct } from '../../../schema/fields.ts';

/** Go's name of the type, which errors show: the structures of autoscaling/v2 stand in the package v2. */
export const inV2 = (name: string) => ({ goType: `v2.${name}` });

export const CrossVersionObjectReference = struct(
  'CrossVersionObjectReference',
  'An object of whatever version, in the same namespace.',
  {
    apiVersion: string('Group and version of the object.').tag(3).optional(),
    kind: string('Kind of the object.').tag(1),
    name: string('Name of the object.').tag(2),
  },
  inV2('CrossVersionObjectReference'),
);
export type CrossVersionObjectReference = Infer<typeof CrossVersionObjectReference>;

export const MetricIdentifier = struct(
  'MetricIdentifier',
  'Names a metric.',
  {
    name: string('Name of the metric.').tag(1),
    selector: ref(LabelSelector, 'Narrows the metric by its labels.').tag(2).optional(),
  },
  inV2('MetricIdentifier'),
);
export type MetricIdentifier = Infer<typeof MetricIdentifier>;

export const MetricTarget = struct(
  'MetricTarget',
  'The value that a metric is held at.',
  {
    averageUtilization: int32('Average over the pods, in percent of what they request.', { presence: 'pointer' }).tag(4).optional(),
    averageValue: quantity('Average over the pods.', { presence: 'pointer' }).tag(3).optional(),
    type: string('Utilization, Value or AverageValue.', inV2('MetricTargetType')).tag(1),
    value: quantity('Value of the metric.', { presence: 'pointer' }).tag(2).optional(),
  },
  inV2('MetricTarget'),
);
export type MetricTarget = Infer<typeof MetricTarget>;

const metric = () => ref(MetricIdentifier, 'The metric.');
const target = () => ref(MetricTarget, 'The value to hold.');
const resourceName = () => string('Name of the resource.', { goType: 'ResourceName' });

export const ObjectMetricSource = struct(
  'ObjectMetricSource',
  'A metric of one object.',
  {
    describedObject: ref(CrossVersionObjectReference, 'The object that the metric is of.').tag(1),
    metric: metric().tag(3),
    target: target().tag(2),
  },
  inV2('ObjectMetricSource'),
);
export const PodsMetricSource = struct(
  'PodsMetricSource',
  'A metric of each pod, averaged.',
  { metric: metric().tag(1), target: target().tag(2) },
  inV2('PodsMetricSource'),
);
export const ResourceMetricSource = struct(
  'ResourceMetricSource',
  'The use of a resource by the pods.',
  { name: resourceName().tag(1), target: target().tag(2) },
  inV2('ResourceMetricSource'),
);
export const ContainerResourceMetricSource = struct(
  'ContainerResourceMetricSource',
  'The use of a resource by one container of each pod.',
  { container: string('Name of the container.').tag(3), name: resourceName().tag(1), target: target().tag(2) },
  inV2('ContainerResourceMetricSource'),
);
export const ExternalMetricSource = struct(
  'ExternalMetricSource',
  'A metric of something outside the cluster.',
  { metric: metric().tag(1), target: target().tag(2) },
  inV2('ExternalMetricSource'),
);

export const MetricValueStatus = struct(
  'MetricValueStatus',
  'The value of a metric as last read.',
  {
    averageUtilization: int32('Average over the pods, in percent of what they request.', { presence: 'pointer' }).tag(3).optional(),
    averageValue: quantity('Average over the pods.', { presence: 'pointer' }).tag(2).optional(),
    value: quantity('Value of the metric.', { presence: 'pointer' }).tag(1).optional(),
  },
  inV2('MetricValueStatus'),
);
const current = () => ref(MetricValueStatus, 'The value.');

export const ObjectMetricStatus = struct(
  'ObjectMetricStatus',
  'Value of a metric of one object.',
  {
    current: current().tag(2),
    describedObject: ref(CrossVersionObjectReference, 'The object that the metric is of.').tag(3),
    metric: metric().tag(1),
  },
  inV2('ObjectMetricStatus'),
);
export const PodsMetricStatus = struct(
  'PodsMetricStatus',
  'Value of a metric of the pods.',
  { current: current().tag(2), metric: metric().tag(1) },
  inV2('PodsMetricStatus'),
);
export const ResourceMetricStatus = struct(
  'ResourceMetricStatus',
  'Use of a resource by the pods.',
  { current: current().tag(2), name: resourceName().tag(1) },
  inV2('ResourceMetricStatus'),
);
export const ContainerResourceMetricStatus = struct(
  'ContainerResourceMetricStatus',
  'Use of a resource by one container of each pod.',
  { container: string('Name of the container.').tag(3), current: current().tag(2), name: resourceName().tag(1) },
  inV2('ContainerResourceMetricStatus'),
);
export const ExternalMetricStatus = struct(
  'ExternalMetricStatus',
  'Value of a metric of something outside the cluster.',
  { current: current().tag(2), metric: metric().tag(1) },
  inV2('ExternalMetricStatus'),
);

const metricType = () => string('Object, Pods, Resource, ContainerResource or External: the field that is set.', inV2('MetricSourceType'));
const source = <T>(structure: Field<T>) => ref(structure, 'The metric, if it is of this type.');

export const MetricSpec = struct(
  'MetricSpec',
  'A metric, and the value to hold it at.',
  {
    containerResource: source(ContainerResourceMetricSource).tag(7).optional(),
    external: source(ExternalMetricSource).tag(5).optional(),
    object: source(ObjectMetricSource).tag(2).optional(),
    pods: source(PodsMetricSource).tag(3).optional(),
    resource: source(ResourceMetricSource).tag(4).optional(),
    type: metricType().tag(1),
  },
  inV2('MetricSpec'),
);
export type MetricSpec = Infer<typeof MetricSpec>;

export const MetricStatus = struct(
  'MetricStatus',
  'A metric as last read.',
  {
    containerResource: source(ContainerResourceMetricStatus).tag(7).optional(),
    external: source(ExternalMetricStatus).tag(5).optional(),
    object: source(ObjectMetricStatus).tag(2).optional(),
    pods: source(PodsMetricStatus).tag(3).optional(),
    resource: source(ResourceMetricStatus).tag(4).optional(),
    type: metricType().tag(1),
  },
  inV2('MetricStatus'),
);
export type MetricStatus = Infer<typeof MetricStatus>;
