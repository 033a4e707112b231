import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, int32, int64, listMap, quantity, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';
import { CrossVersionObjectReference, inV2, MetricSpec, MetricStatus } from './metrics.ts';

export const HPAScalingPolicy = struct(
  'HPAScalingPolicy',
  'A limit on the change of the number of pods in a time.',
  {
    periodSeconds: int32('Length of the time, in seconds.').tag(3),
    type: string('Pods for a number, Percent for a share of the pods.', inV2('HPAScalingPolicyType')).tag(1),
    value: int32('The largest change.').tag(2),
  },
  inV2('HPAScalingPolicy'),
);
export type HPAScalingPolicy = Infer<typeof HPAScalingPolicy>;

export const HPAScalingRules = struct(
  'HPAScalingRules',
  'The speed of scaling in one direction.',
  {
    policies: atomicList(HPAScalingPolicy, 'Limits, of which one is chosen.', { presence: 'pointer' }).tag(2).optional(),
    selectPolicy: string('Max, Min or Disabled: which of the limits counts. Max, if left out.', {
      presence: 'pointer',
      ...inV2('ScalingPolicySelect'),
    })
      .tag(1)
      .optional(),
    stabilizationWindowSeconds: int32('Seconds of past recommendations that are considered.', { presence: 'pointer' }).tag(3).optional(),
    tolerance: quantity('Deviation from the target, as a ratio, within which nothing is scaled.', { presence: 'pointer' }).tag(4).optional(),
  },
  inV2('HPAScalingRules'),
);
export type HPAScalingRules = Infer<typeof HPAScalingRules>;

export const HorizontalPodAutoscalerBehavior = struct(
  'HorizontalPodAutoscalerBehavior',
  'The speed of scaling.',
  {
    scaleDown: ref(HPAScalingRules, 'Rules of scaling down.').tag(2).optional(),
    scaleUp: ref(HPAScalingRules, 'Rules of scaling up.').tag(1).optional(),
  },
  inV2('HorizontalPodAutoscalerBehavior'),
);
export type HorizontalPodAutoscalerBehavior = Infer<typeof HorizontalPodAutoscalerBehavior>;

export const HorizontalPodAutoscalerSpec = struct(
  'HorizontalPodAutoscalerSpec',
  'The object that is scaled, the range, and the metrics.',
  {
    behavior: ref(HorizontalPodAutoscalerBehavior, 'The speed of scaling, up and down.').tag(5).optional(),
    maxReplicas: int32('The largest number of pods.').tag(3),
    metrics: atomicList(MetricSpec, 'Metrics; the largest number that one of them asks for counts. 80 % of the requested CPU, if left out.')
      .tag(4)
      .optional(),
    minReplicas: int32('The smallest number of pods; 1, if left out.', { presence: 'pointer' }).tag(2).optional(),
    scaleTargetRef: ref(CrossVersionObjectReference, 'The object that is scaled.').tag(1),
  },
  inV2('HorizontalPodAutoscalerSpec'),
);
export type HorizontalPodAutoscalerSpec = Infer<typeof HorizontalPodAutoscalerSpec>;

export const HorizontalPodAutoscalerCondition = struct(
  'HorizontalPodAutoscalerCondition',
  "One observation of an autoscaler's state.",
  {
    lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
    message: string('Explanation for people.').tag(5).optional(),
    reason: string('One CamelCase word for why it is so.').tag(4).optional(),
    status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
    type: string('ScalingActive, AbleToScale or ScalingLimited.', inV2('HorizontalPodAutoscalerConditionType')).tag(1),
  },
  inV2('HorizontalPodAutoscalerCondition'),
);
export type HorizontalPodAutoscalerCondition = Infer<typeof HorizontalPodAutoscalerCondition>;

export const HorizontalPodAutoscalerStatus = struct(
  'HorizontalPodAutoscalerStatus',
  'What the autoscaler last saw and did.',
  {
    conditions: listMap(HorizontalPodAutoscalerCondition, ['type'], 'Latest observations, one of each type.').tag(6).optional(),
    currentMetrics: atomicList(MetricStatus, 'The metrics as last read.', { presence: 'null' }).tag(5).optional(),
    currentReplicas: int32('Pods that there were.').tag(3).optional(),
    desiredReplicas: int32('Pods that are wanted.').tag(4),
    lastScaleTime: time('When the number of pods last changed.', { presence: 'pointer' }).tag(2).optional(),
    observedGeneration: int64('The metadata.generation that this was computed from.', { presence: 'pointer' }).tag(1).optional(),
  },
  inV2('HorizontalPodAutoscalerStatus'),
);
export type HorizontalPodAutoscalerStatus = Infer<typeof HorizontalPodAutoscalerStatus>;

export const HorizontalPodAutoscaler = topLevel(
  'HorizontalPodAutoscaler',
  'Changes the number of pods of a workload, so that metrics stay at their targets.',
  {
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    spec: ref(HorizontalPodAutoscalerSpec, 'What is wanted.').tag(2),
    status: ref(HorizontalPodAutoscalerStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
  },
  inV2('HorizontalPodAutoscaler'),
);
export type HorizontalPodAutoscaler = Infer<typeof HorizontalPodAutoscaler>;
