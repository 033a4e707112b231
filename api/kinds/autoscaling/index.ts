import type { KindGroup } from '../../definition/group.ts';
import { Scale } from './scale.ts';

export const autoscalingGroup: KindGroup = {
  name: 'autoscaling',
  rank: 17500,
  versionPriorities: { v2: 30, v1: 15 },
  kinds: [],
  structures: [{ version: 'v1', schema: Scale }],
};

export { Scale, scales } from './scale.ts';
