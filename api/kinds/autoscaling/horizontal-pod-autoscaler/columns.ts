import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { canonicalQuantity } from '../../../schema/quantity.ts';
import type { MetricSpec, MetricStatus, MetricTarget } from './metrics.ts';
import type { HorizontalPodAutoscaler } from './schema.ts';

const MOST_SHOWN = 2;
const UNKNOWN = '<unknown>';
type Current = NonNullable<MetricStatus['resource']>['current'];

/** Go prints an absent quantity as 0. */
const amount = (value: string | undefined): string => (value === undefined ? '0' : canonicalQuantity(value));
const percent = (value: number | undefined, absent: string): string => (value === undefined ? absent : `${value}%`);

/** Returns `current/target`, of the average where the target is one. */
function valueText(target: MetricTarget, current: Current | undefined): string {
  if (target.averageValue === undefined) return `${current ? amount(current.value) : UNKNOWN}/${amount(target.value)}`;
  return `${current?.averageValue === undefined ? UNKNOWN : amount(current.averageValue)}/${amount(target.averageValue)} (avg)`;
}

function useText({ averageUtilization, averageValue }: MetricTarget, current: Current | undefined): string {
  if (averageValue !== undefined) return `${current ? amount(current.averageValue) : UNKNOWN}/${amount(averageValue)}`;
  return `${percent(current?.averageUtilization, UNKNOWN)}/${percent(averageUtilization, '<auto>')}`;
}

function metricText({ type, external, pods, object, resource, containerResource }: MetricSpec, status: MetricStatus | undefined): string {
  if (type === 'External' && external) return valueText(external.target, status?.external?.current);
  if (type === 'Pods' && pods) return `${status?.pods ? amount(status.pods.current.averageValue) : UNKNOWN}/${amount(pods.target.averageValue)}`;
  if (type === 'Object' && object) return valueText(object.target, status?.object?.current);
  if (type === 'Resource' && resource) return `${resource.name}: ${useText(resource.target, status?.resource?.current)}`;
  if (type === 'ContainerResource' && containerResource) {
    return `${containerResource.name}: ${useText(containerResource.target, status?.containerResource?.current)}`;
  }
  return '<unknown type>';
}

/** Returns the first two metrics, each as `current/target`, and the number of the others. */
export function metricsText(metrics: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (metrics.length === 0) return '<none>';
  const shownOnes = metrics.slice(0, MOST_SHOWN).map((metric, i) => metricText(metric, statuses[i]));
  const more = metrics.length - MOST_SHOWN;
  return more > 0 ? `${shownOnes.join(', ')} + ${more} more...` : shownOnes.join(', ');
}

export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  shown('Reference', 'The object that is scaled.', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  shown('Targets', 'The metrics, as last read and as wanted.', ({ spec, status }) => metricsText(spec.metrics ?? [], status?.currentMetrics ?? [])),
  shown('MinPods', 'The smallest number of pods.', ({ spec }) => (spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas))),
  shown('MaxPods', 'The largest number of pods.', ({ spec }) => spec.maxReplicas),
  shown('Replicas', 'Pods that there were.', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];
