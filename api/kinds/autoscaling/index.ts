import type { KindGroup } from '../../definition/group.ts';
import { horizontalPodAutoscalers, horizontalPodAutoscalersV1 } from './horizontal-pod-autoscaler/index.ts';
import { Scale } from './scale.ts';

export const autoscalingGroup: KindGroup = {
  name: 'autoscaling',
  rank: 17500,
  kinds: [horizontalPodAutoscalers, horizontalPodAutoscalersV1],
  structures: [{ version: 'v1', schema: Scale }],
};

export {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerV1,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
} from './horizontal-pod-autoscaler/index.ts';
export { Scale, scales } from './scale.ts';
