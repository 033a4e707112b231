import { defineKind } from '../definition/kind.ts';
import type { Deployment } from '../kinds/apps/deployment.ts';
import { deployments } from '../kinds/apps/deployment.ts';
import type { ReplicaSet } from '../kinds/apps/replica-set.ts';
import { replicaSets } from '../kinds/apps/replica-set.ts';
import type { ReplicationController } from '../kinds/core/replication-controller.ts';
import { replicationControllers } from '../kinds/core/replication-controller.ts';

export const conceptDeployments = defineKind<Deployment>({
  ...deployments,
  group: 'skiff.dev',
  version: 'v1',
  storagePrefix: 'skiff.dev/deployments',
});

export const conceptReplicaSets = defineKind<ReplicaSet>({
  ...replicaSets,
  group: 'skiff.dev',
  version: 'v1',
  storagePrefix: 'skiff.dev/replicasets',
});

const { quota: _, ...controllers } = replicationControllers;
/** Quotas count them as `count/replicationcontrollers.skiff.dev` only. */
export const conceptReplicationControllers = defineKind<ReplicationController>({
  ...controllers,
  group: 'skiff.dev',
  version: 'v1',
  storagePrefix: 'skiff.dev/replicationcontrollers',
});
