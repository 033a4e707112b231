import type { KindGroup } from '../definition/group.ts';
import type { KindDefinition } from '../definition/kind.ts';
import { admissionregistrationGroup } from './admissionregistration/index.ts';
import { apiextensionsGroup } from './apiextensions/index.ts';
import { apiregistrationGroup } from './apiregistration/index.ts';
import { appsGroup } from './apps/index.ts';
import { authenticationGroup } from './authentication/index.ts';
import { authorizationGroup } from './authorization/index.ts';
import { autoscalingGroup } from './autoscaling/index.ts';
import { batchGroup } from './batch/index.ts';
import { certificatesGroup } from './certificates/index.ts';
import { coordinationGroup } from './coordination/index.ts';
import { coreGroup } from './core/index.ts';
import { discoveryGroup } from './discovery/index.ts';
import { eventsGroup } from './events/index.ts';
import { flowcontrolGroup } from './flowcontrol/index.ts';
import { metricsGroup } from './metrics/index.ts';
import { networkingGroup } from './networking/index.ts';
import { nodeGroup } from './node/index.ts';
import { policyGroup } from './policy/index.ts';
import { rbacGroup } from './rbac/index.ts';
import { resourceGroup } from './resource/index.ts';
import { schedulingGroup } from './scheduling/index.ts';
import { storageGroup } from './storage/index.ts';

/** Every group of Kubernetes that skiff knows of, by rank. A group without kinds is not served yet; its rank is kept for it. */
export const groups: readonly KindGroup[] = [
  coreGroup,
  apiregistrationGroup,
  appsGroup,
  eventsGroup,
  authenticationGroup,
  authorizationGroup,
  autoscalingGroup,
  batchGroup,
  certificatesGroup,
  networkingGroup,
  policyGroup,
  rbacGroup,
  storageGroup,
  admissionregistrationGroup,
  apiextensionsGroup,
  schedulingGroup,
  coordinationGroup,
  nodeGroup,
  discoveryGroup,
  resourceGroup,
  flowcontrolGroup,
  metricsGroup,
];

/** Every kind that skiff's own API server serves. */
export const kinds: readonly KindDefinition[] = groups.flatMap((group) => group.kinds);

const byName = new Map(groups.map((group) => [group.name, group]));

/** Returns undefined if the group is not one of Kubernetes. */
export const groupOf = (name: string): KindGroup | undefined => byName.get(name);

export * from './admissionregistration/index.ts';
export * from './apiextensions/index.ts';
export * from './apiregistration/index.ts';
export * from './apps/index.ts';
export * from './authentication/index.ts';
export * from './authorization/index.ts';
export * from './autoscaling/index.ts';
export * from './batch/index.ts';
export * from './certificates/index.ts';
export * from './coordination/index.ts';
export * from './core/index.ts';
export * from './discovery/index.ts';
export * from './events/index.ts';
export * from './flowcontrol/index.ts';
export * from './metrics/index.ts';
export * from './networking/index.ts';
export * from './node/index.ts';
export * from './policy/index.ts';
export * from './rbac/index.ts';
export * from './resource/index.ts';
export * from './scheduling/index.ts';
export * from './storage/index.ts';
