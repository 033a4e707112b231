import type { KindGroup } from '../../definition/group.ts';
import { controllerRevisions } from './controller-revision.ts';
import { deployments, deploymentsV1beta2 } from './deployment.ts';
import { replicaSets } from './replica-set.ts';

export const appsGroup: KindGroup = {
  name: 'apps',
  rank: 17800,
  kinds: [replicaSets, deployments, deploymentsV1beta2, controllerRevisions],
};

export { ControllerRevision, controllerRevisions } from './controller-revision.ts';
export { Deployment, deployments, deploymentsV1beta2 } from './deployment.ts';
export { ReplicaSet, replicaSets } from './replica-set.ts';
