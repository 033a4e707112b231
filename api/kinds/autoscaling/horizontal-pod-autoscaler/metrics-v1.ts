import { isObject } from '../../../../base/json.ts';
import type { LabelSelector } from '../../../meta/label-selector.ts';
import type { CrossVersionObjectReference, MetricSpec, MetricStatus } from './metrics.ts';

/**
 * The forms in which annotations of autoscaling/v1 hold the metrics that its fields cannot hold. Upstream defines them in k8s.io/api/autoscaling/v1;
 * the order of the fields is that of its structures, since clients see the text.
 */
interface SourceV1 {
  readonly target?: CrossVersionObjectReference;
  readonly metricName?: string;
  readonly name?: string;
  readonly metricSelector?: LabelSelector;
  readonly targetValue?: string;
  readonly targetAverageUtilization?: number;
  readonly targetAverageValue?: string;
  readonly currentValue?: string;
  readonly currentAverageUtilization?: number;
  readonly currentAverageValue?: string;
  readonly selector?: LabelSelector;
  readonly averageValue?: string;
  readonly container?: string;
}
type SourceName = 'containerResource' | 'external' | 'object' | 'pods' | 'resource';
export interface MetricV1 extends Readonly<Partial<Record<SourceName, SourceV1>>> {
  readonly type: string;
}

const given = <K extends keyof SourceV1>(key: K, value: SourceV1[K] | undefined): Pick<SourceV1, K> | object =>
  value === undefined ? {} : { [key]: value };

const referenceV1 = ({ kind, name, apiVersion }: CrossVersionObjectReference) => ({ kind, name, ...(apiVersion ? { apiVersion } : {}) });

export function specToV1({ type, object, pods, resource, containerResource, external }: MetricSpec): MetricV1 {
  return {
    type,
    ...(object && {
      object: {
        target: referenceV1(object.describedObject),
        metricName: object.metric.name,
        targetValue: object.target.value ?? '0',
        ...given('selector', object.metric.selector),
        ...given('averageValue', object.target.averageValue),
      },
    }),
    ...(pods && {
      pods: { metricName: pods.metric.name, targetAverageValue: pods.target.averageValue ?? '0', ...given('selector', pods.metric.selector) },
    }),
    ...(resource && {
      resource: {
        name: resource.name,
        ...given('targetAverageUtilization', resource.target.averageUtilization),
        ...given('targetAverageValue', resource.target.averageValue),
      },
    }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name,
        ...given('targetAverageUtilization', containerResource.target.averageUtilization),
        ...given('targetAverageValue', containerResource.target.averageValue),
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metricName: external.metric.name,
        ...given('metricSelector', external.metric.selector),
        ...given('targetValue', external.target.value),
        ...given('targetAverageValue', external.target.averageValue),
      },
    }),
  };
}

export function statusToV1({ type, object, pods, resource, containerResource, external }: MetricStatus): MetricV1 {
  return {
    type,
    ...(object && {
      object: {
        target: referenceV1(object.describedObject),
        metricName: object.metric.name,
        currentValue: object.current.value ?? '0',
        ...given('selector', object.metric.selector),
        ...given('averageValue', object.current.averageValue),
      },
    }),
    ...(pods && {
      pods: { metricName: pods.metric.name, currentAverageValue: pods.current.averageValue ?? '0', ...given('selector', pods.metric.selector) },
    }),
    ...(resource && {
      resource: {
        name: resource.name,
        ...given('currentAverageUtilization', resource.current.averageUtilization),
        currentAverageValue: resource.current.averageValue ?? '0',
      },
    }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name,
        ...given('currentAverageUtilization', containerResource.current.averageUtilization),
        currentAverageValue: containerResource.current.averageValue ?? '0',
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metricName: external.metric.name,
        ...given('metricSelector', external.metric.selector),
        currentValue: external.current.value ?? '0',
        ...given('currentAverageValue', external.current.averageValue),
      },
    }),
  };
}

const identifier = (name = '', selector: LabelSelector | undefined) => ({ name, ...(selector === undefined ? {} : { selector }) });
const average = ({ targetAverageUtilization, targetAverageValue }: SourceV1) => ({
  type: targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization',
  averageUtilization: targetAverageUtilization,
  averageValue: targetAverageValue,
});
const NOWHERE: CrossVersionObjectReference = { kind: '', name: '' };

export function specFromV1({ type, object, pods, resource, containerResource, external }: MetricV1): MetricSpec {
  return {
    type,
    ...(object && {
      object: {
        describedObject: object.target ?? NOWHERE,
        metric: identifier(object.metricName, object.selector),
        target: {
          type: object.averageValue === undefined ? 'Value' : 'AverageValue',
          value: object.targetValue ?? '0',
          averageValue: object.averageValue,
        },
      },
    }),
    ...(pods && {
      pods: { metric: identifier(pods.metricName, pods.selector), target: { type: 'AverageValue', averageValue: pods.targetAverageValue ?? '0' } },
    }),
    ...(resource && { resource: { name: resource.name ?? '', target: average(resource) } }),
    ...(containerResource && {
      containerResource: { name: containerResource.name ?? '', container: containerResource.container ?? '', target: average(containerResource) },
    }),
    ...(external && {
      external: {
        metric: identifier(external.metricName, external.metricSelector),
        target: {
          type: external.targetValue === undefined ? 'AverageValue' : 'Value',
          value: external.targetValue,
          averageValue: external.targetAverageValue,
        },
      },
    }),
  };
}

const use = ({ currentAverageUtilization, currentAverageValue = '0' }: SourceV1) => ({
  averageUtilization: currentAverageUtilization,
  averageValue: currentAverageValue,
});

export function statusFromV1({ type, object, pods, resource, containerResource, external }: MetricV1): MetricStatus {
  return {
    type,
    ...(object && {
      object: {
        describedObject: object.target ?? NOWHERE,
        metric: identifier(object.metricName, object.selector),
        current: { value: object.currentValue ?? '0', averageValue: object.averageValue },
      },
    }),
    ...(pods && {
      pods: { metric: identifier(pods.metricName, pods.selector), current: { averageValue: pods.currentAverageValue ?? '0' } },
    }),
    ...(resource && { resource: { name: resource.name ?? '', current: use(resource) } }),
    ...(containerResource && {
      containerResource: { name: containerResource.name ?? '', container: containerResource.container ?? '', current: use(containerResource) },
    }),
    ...(external && {
      external: {
        metric: identifier(external.metricName, external.metricSelector),
        current: { value: external.currentValue ?? '0', averageValue: external.currentAverageValue },
      },
    }),
  };
}

/** Returns whether a value read from an annotation has the form of a metric, as far as its structure goes. */
export const isMetricV1 = (value: unknown): value is MetricV1 =>
  isObject(value) &&
  typeof value.type === 'string' &&
  ['object', 'pods', 'resource', 'containerResource', 'external'].every((name) => value[name] === undefined || isObject(value[name]));
