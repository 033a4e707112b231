import type { Kind } from '../../api/definition/kind.ts';
import { deployments } from '../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../api/kinds/apps/replica-set.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { replicationControllers } from '../../api/kinds/core/replication-controller.ts';
import { resourceQuotas } from '../../api/kinds/core/resource-quota.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { conceptControllers } from '../../controllers/concepts.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';

/** The concept as a custom resource: custom resources must have a dotted group. */
const inSkiffDev = <T extends KubeObject>({ kind, plural, namespaced }: Kind<T>): Kind<T> => ({
  group: 'skiff.dev',
  version: 'v1',
  kind,
  plural,
  namespaced,
});

/** The reconcilers for a stock cluster: those of the home cluster, given the kinds of skiff.dev/v1. */
export function stockClusterControllers(): readonly ControllerDefinition[] {
  const kinds = {
    deployments: inSkiffDev(deployments),
    replicaSets: inSkiffDev(replicaSets),
    replicationControllers: inSkiffDev(replicationControllers),
    services: inSkiffDev(services),
    resourceQuotas: inSkiffDev(resourceQuotas),
  };
  // Secrets are left out: no controller should be able to read them all for the sake of a count.
  const counted: readonly Kind[] = [pods, services, configMaps, replicationControllers, ...Object.values(kinds)];
  return conceptControllers(kinds, () => counted);
}
