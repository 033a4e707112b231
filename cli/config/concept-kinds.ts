import { conceptQuotas } from '../../api/concepts/resource-quota.ts';
import { conceptServices } from '../../api/concepts/service.ts';
import { conceptDeployments, conceptReplicaSets, conceptReplicationControllers } from '../../api/concepts/workloads.ts';
import type { Kind } from '../../api/definition/kind.ts';
import { deployments } from '../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../api/kinds/apps/replica-set.ts';
import { statefulSets } from '../../api/kinds/apps/stateful-set/index.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { replicationControllers } from '../../api/kinds/core/replication-controller.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import type { CountedKind } from '../../api/quota/usage.ts';
import { conceptControllers } from '../../controllers/concepts.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';

/** The concepts as custom resources: custom resources must have a dotted group. */
export const conceptKinds = {
  deployments: conceptDeployments,
  replicaSets: conceptReplicaSets,
  replicationControllers: conceptReplicationControllers,
  services: conceptServices,
  resourceQuotas: conceptQuotas,
};

/** Kinds of which quotas only need the number: their content never stays in memory. */
export const METADATA_ONLY: readonly Kind[] = [secrets, configMaps];

/** The kinds that quotas count on a stock cluster: those with a rule of their own, and those that upstream's documentation counts by number. */
export const countedOnStockCluster: readonly (Kind & CountedKind)[] = [
  pods,
  services,
  configMaps,
  secrets,
  persistentVolumeClaims,
  replicationControllers,
  deployments,
  replicaSets,
  statefulSets,
  { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true },
  { group: 'batch', version: 'v1', kind: 'CronJob', plural: 'cronjobs', namespaced: true },
  ...Object.values(conceptKinds),
];

/**
 * Returns the reconcilers for a stock cluster: those of the home cluster, given the kinds of skiff.dev/v1.
 * @param enforced whether a webhook charges their quotas
 */
export const stockClusterControllers = (enforced = false): readonly ControllerDefinition[] =>
  conceptControllers(conceptKinds, { counted: () => countedOnStockCluster, enforced });
