import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicStruct, int32, int64, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';

/** The structures of autoscaling/v1. It knows one metric: the use of CPU in percent of what is requested. */
export const CrossVersionObjectReferenceV1 = atomicStruct('CrossVersionObjectReference', 'An object of whatever version, in the same namespace.', {
  apiVersion: string('Group and version of the object.').tag(3).optional(),
  kind: string('Kind of the object.').tag(1),
  name: string('Name of the object.').tag(2),
});
export type CrossVersionObjectReferenceV1 = Infer<typeof CrossVersionObjectReferenceV1>;

export const HorizontalPodAutoscalerSpecV1 = struct('HorizontalPodAutoscalerSpec', 'The object that is scaled, the range, and the use of CPU.', {
  maxReplicas: int32('The largest number of pods.').tag(3),
  minReplicas: int32('The smallest number of pods; 1, if left out.', { presence: 'pointer' }).tag(2).optional(),
  scaleTargetRef: ref(CrossVersionObjectReferenceV1, 'The object that is scaled.').tag(1),
  targetCPUUtilizationPercentage: int32('CPU that the pods use on average, in percent of what they request.', { presence: 'pointer' })
    .tag(4)
    .optional(),
});
export type HorizontalPodAutoscalerSpecV1 = Infer<typeof HorizontalPodAutoscalerSpecV1>;

export const HorizontalPodAutoscalerStatusV1 = struct('HorizontalPodAutoscalerStatus', 'What the autoscaler last saw and did.', {
  currentCPUUtilizationPercentage: int32('CPU that the pods used on average, in percent of what they request.', { presence: 'pointer' })
    .tag(5)
    .optional(),
  currentReplicas: int32('Pods that there were.').tag(3),
  desiredReplicas: int32('Pods that are wanted.').tag(4),
  lastScaleTime: time('When the number of pods last changed.', { presence: 'pointer' }).tag(2).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.', { presence: 'pointer' }).tag(1).optional(),
});
export type HorizontalPodAutoscalerStatusV1 = Infer<typeof HorizontalPodAutoscalerStatusV1>;

export const HorizontalPodAutoscalerV1 = topLevel(
  'HorizontalPodAutoscaler',
  'Changes the number of pods of a workload, so that their use of CPU stays at its target.',
  {
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    spec: ref(HorizontalPodAutoscalerSpecV1, 'What is wanted.').tag(2),
    status: ref(HorizontalPodAutoscalerStatusV1, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
  },
);
export type HorizontalPodAutoscalerV1 = Infer<typeof HorizontalPodAutoscalerV1>;
