import { isObject } from '../../../../base/json.ts';
import type { StoredAs } from '../../../definition/kind.ts';
import type { KubeObject } from '../../../meta/object.ts';
import type { ObjectMeta } from '../../../meta/object-meta.ts';
import { decoderOf } from '../../../schema/decode.ts';
import type { Field } from '../../../schema/fields.ts';
import { structuralOf } from '../../../schema/structural.ts';
import { cpuMetric, emptyStatus } from './defaults.ts';
import { MetricSpec, MetricStatus } from './metrics.ts';
import { isMetricV1, specFromV1, specToV1, statusFromV1, statusToV1 } from './metrics-v1.ts';
import type { HorizontalPodAutoscaler } from './schema.ts';
import { HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerCondition } from './schema.ts';
import type { HorizontalPodAutoscalerV1 } from './schema-v1.ts';

/** The annotations in which autoscaling/v1 holds the parts of an autoscaler that it has no fields for. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const ROUND_TRIP = [METRICS, CURRENT_METRICS, BEHAVIOR, CONDITIONS] as const;

type Annotations = NonNullable<ObjectMeta['annotations']>;

/** Returns the value as the field would hold it; undefined if it has another form. */
function wellFormed<T>(field: Field<T>, value: unknown): T | undefined {
  const state = { failed: false, unknown: false };
  const decoded = decoderOf(structuralOf(field))(
    withNames(value, (name) => name),
    state,
  );
  return state.failed ? undefined : (decoded as T);
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the items of an annotation's list; undefined if it is absent, empty or not well-formed, and so is to be ignored. */
function itemsOf<T>(text: string | undefined, item: (value: unknown) => T | undefined): T[] | undefined {
  const values = parsed(text);
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const items: T[] = [];
  for (const value of values) {
    const one = item(value);
    if (one === undefined) return undefined;
    items.push(one);
  }
  return items;
}

/** Renames the fields of a value, and drops those that are not set. */
const withNames = (value: unknown, rename: (name: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((item) => withNames(item, rename));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([name, part]) => [rename(name), withNames(part, rename)]),
  );
};
const capitalized = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
const uncapitalized = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

/** Upstream writes the behavior with the names of Go's fields: `ScaleUp`, `SelectPolicy`; null stands for what is not set. */
function behaviorText({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): string {
  const rules = (of: typeof scaleUp) =>
    of && {
      StabilizationWindowSeconds: of.stabilizationWindowSeconds ?? null,
      SelectPolicy: of.selectPolicy ?? null,
      Policies: of.policies?.map((policy) => withNames(policyInOrder(policy), capitalized)) ?? null,
      Tolerance: of.tolerance ?? null,
    };
  return JSON.stringify({ ScaleUp: rules(scaleUp) ?? null, ScaleDown: rules(scaleDown) ?? null });
}
const policyInOrder = ({ type, value, periodSeconds }: { type: string; value: number; periodSeconds: number }) => ({ type, value, periodSeconds });

function behaviorFrom(text: string | undefined): HorizontalPodAutoscalerBehavior | undefined {
  const value = parsed(text);
  if (!isObject(value)) return undefined;
  const behavior = wellFormed(HorizontalPodAutoscalerBehavior, withNames(value, uncapitalized));
  return behavior?.scaleUp || behavior?.scaleDown ? behavior : undefined;
}

const withoutRoundTrip = (annotations: Annotations): Annotations =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => !ROUND_TRIP.some((known) => known === name)));

/** Returns metadata with these annotations; absent ones stay absent if there are none. */
function withAnnotations(metadata: ObjectMeta | undefined, annotations: Annotations): ObjectMeta {
  const { annotations: before, ...rest } = metadata ?? {};
  return before === undefined && Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

const isCpuUse = ({ type, resource }: MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

function toV2({ metadata, spec, status, ...rest }: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const annotations = metadata?.annotations ?? {};
  const { targetCPUUtilizationPercentage: target, ...bounds } = spec;
  const { currentCPUUtilizationPercentage: use, ...observed } = status ?? { currentReplicas: 0, desiredReplicas: 0 };
  const others = itemsOf(annotations[METRICS], (value) => (isMetricV1(value) ? wellFormed(MetricSpec, specFromV1(value)) : undefined)) ?? [];
  const metrics = [...others, ...(target === undefined ? [] : [cpuMetric(target)])];
  const cpu: MetricStatus[] | undefined =
    use === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: use } } }];
  const currentMetrics =
    itemsOf(annotations[CURRENT_METRICS], (value) => (isMetricV1(value) ? wellFormed(MetricStatus, statusFromV1(value)) : undefined)) ?? cpu;
  const conditions = itemsOf(annotations[CONDITIONS], (value) => wellFormed(HorizontalPodAutoscalerCondition, value));
  const behavior = behaviorFrom(annotations[BEHAVIOR]);
  return {
    ...rest,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, withoutRoundTrip(annotations)),
    spec: { ...bounds, metrics: metrics.length === 0 ? [cpuMetric()] : metrics, ...(behavior && { behavior }) },
    status: { ...emptyStatus(), ...observed, ...(currentMetrics && { currentMetrics }), ...(conditions && { conditions }) },
  };
}

function toV1({ metadata, spec, status, ...rest }: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metrics = [], behavior, ...bounds } = spec;
  const { currentMetrics, conditions, ...observed } = status ?? { desiredReplicas: 0 };
  const annotations = withoutRoundTrip(metadata?.annotations ?? {});
  const others = metrics.filter((metric) => !isCpuUse(metric));
  if (others.length > 0) annotations[METRICS] = JSON.stringify(others.map(specToV1));
  if (currentMetrics?.length) annotations[CURRENT_METRICS] = JSON.stringify(currentMetrics.map(statusToV1));
  if (conditions?.length) annotations[CONDITIONS] = JSON.stringify(conditions.map(conditionInOrder));
  if (behavior) annotations[BEHAVIOR] = behaviorText(behavior);
  const target = metrics.find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')?.resource?.target.averageUtilization;
  const uses = (currentMetrics ?? []).filter(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu');
  const use = uses.findLast(({ resource }) => resource?.current.averageUtilization !== undefined)?.resource?.current.averageUtilization;
  return {
    ...rest,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, annotations),
    spec: { ...bounds, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      ...observed,
      currentReplicas: observed.currentReplicas ?? 0,
      ...(use === undefined ? {} : { currentCPUUtilizationPercentage: use }),
    },
  };
}

/** The order of the fields in Go's structure, which is that of the text. */
const conditionInOrder = ({ type, status, lastTransitionTime, reason, message }: HorizontalPodAutoscalerCondition) => ({
  type,
  status,
  lastTransitionTime: lastTransitionTime ?? null,
  ...(reason ? { reason } : {}),
  ...(message ? { message } : {}),
});

/** Objects of autoscaling/v1 are stored as those of autoscaling/v2 (k8s.io/kubernetes/pkg/apis/autoscaling/v1/conversion.go). */
export const storedAsV2: StoredAs<HorizontalPodAutoscalerV1> = {
  group: 'autoscaling',
  version: 'v2',
  toStored: toV2,
  // The storage holds autoscaling/v2 only.
  fromStored: (stored: KubeObject) => toV1(stored as HorizontalPodAutoscaler),
};
