import type { KindGroup } from '../../definition/group.ts';
import { priorityClasses } from './priority-class.ts';

export const schedulingGroup: KindGroup = {
  name: 'scheduling.k8s.io',
  rank: 16600,
  kinds: [priorityClasses],
};

export { PriorityClass, priorityClasses } from './priority-class.ts';
