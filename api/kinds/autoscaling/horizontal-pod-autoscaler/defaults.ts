import { decoderOf } from '../../../schema/decode.ts';
import { structuralOf } from '../../../schema/structural.ts';
import type { MetricSpec } from './metrics.ts';
import type { HorizontalPodAutoscaler, HPAScalingRules } from './schema.ts';
import { HorizontalPodAutoscalerStatus } from './schema.ts';
import type { HorizontalPodAutoscalerV1 } from './schema-v1.ts';

const DEFAULT_CPU_UTILIZATION = 80;
const PERIOD_SECONDS = 15;

/** Returns the metric that an autoscaler without metrics has. */
export const cpuMetric = (averageUtilization = DEFAULT_CPU_UTILIZATION): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

/** Returns a status that says nothing yet, with what is written where a field is absent: null for the metrics, as upstream does. */
export const emptyStatus = (): HorizontalPodAutoscalerStatus =>
  // The decoder of a schema makes values of its type.
  decoderOf(structuralOf(HorizontalPodAutoscalerStatus))({}, { failed: false, unknown: false }) as HorizontalPodAutoscalerStatus;

const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS },
    { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS },
  ],
};
/** The stabilization window of scaling down is a setting of the controller. */
const SCALE_DOWN: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }],
};

function filled(rules: HPAScalingRules | undefined, defaults: HPAScalingRules): HPAScalingRules {
  const { stabilizationWindowSeconds = defaults.stabilizationWindowSeconds, selectPolicy = defaults.selectPolicy, tolerance } = rules ?? {};
  return {
    ...(stabilizationWindowSeconds === undefined ? {} : { stabilizationWindowSeconds }),
    ...(selectPolicy === undefined ? {} : { selectPolicy }),
    ...(tolerance === undefined ? {} : { tolerance }),
    policies: rules?.policies ?? defaults.policies?.map((policy) => ({ ...policy })),
  };
}

/** The defaults of autoscaling/v2. Rules of scaling are filled in for both directions if there is a behavior at all. */
export function defaultHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) spec.metrics = [cpuMetric()];
  if (!spec.behavior) return;
  spec.behavior.scaleUp = filled(spec.behavior.scaleUp, SCALE_UP);
  spec.behavior.scaleDown = filled(spec.behavior.scaleDown, SCALE_DOWN);
}

/** The defaults of autoscaling/v1. The metric is a default of its conversion. */
export function defaultHorizontalPodAutoscalerV1({ spec }: HorizontalPodAutoscalerV1): void {
  spec.minReplicas ??= 1;
}
