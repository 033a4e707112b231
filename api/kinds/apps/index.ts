import type { KindGroup } from '../../definition/group.ts';
import { controllerRevisions } from './controller-revision.ts';
import { daemonSets } from './daemon-set/index.ts';
import { deployments, deploymentsV1beta2 } from './deployment.ts';
import { replicaSets } from './replica-set.ts';
import { statefulSets } from './stateful-set/index.ts';

export const appsGroup: KindGroup = {
  name: 'apps',
  rank: 17800,
  kinds: [replicaSets, deployments, deploymentsV1beta2, daemonSets, statefulSets, controllerRevisions],
};

export { ControllerRevision, controllerRevisions } from './controller-revision.ts';
export { DaemonSet, daemonSets } from './daemon-set/index.ts';
export { Deployment, deployments, deploymentsV1beta2 } from './deployment.ts';
export { ReplicaSet, replicaSets } from './replica-set.ts';
export { StatefulSet, statefulSets } from './stateful-set/index.ts';
