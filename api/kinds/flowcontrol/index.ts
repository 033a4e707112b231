import type { KindGroup } from '../../definition/group.ts';
import { flowSchemas } from './flow-schema/index.ts';
import { priorityLevelConfigurations } from './priority-level-configuration/index.ts';

export const flowcontrolGroup: KindGroup = {
  name: 'flowcontrol.apiserver.k8s.io',
  rank: 16100,
  versionPriorities: { v1: 21 },
  kinds: [flowSchemas, priorityLevelConfigurations],
};

export { FlowSchema, flowSchemas } from './flow-schema/index.ts';
export { PriorityLevelConfiguration, priorityLevelConfigurations } from './priority-level-configuration/index.ts';
