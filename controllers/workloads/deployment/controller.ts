import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { indexByController, resolveController } from '../../../runtime/control/controller-ref.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import { isRolling } from './fenceposts.ts';
import type { DeploymentKinds } from './reconcile.ts';
import { createDeploymentReconcile } from './reconcile.ts';

const hasEnded = (pod: Live<Pod>, old: Live<Pod>): boolean => isTerminal(pod) && !isTerminal(old);

/** Rolls Deployments out over ReplicaSets of the kind it is given. */
export function deploymentController(kinds: DeploymentKinds): ControllerDefinition {
  return {
    name: 'deployment-controller',
    component: 'deployment-controller',
    concurrency: 5,
    for: primary(kinds.deployments, { when: { create: true, update: true }, selects: ({ spec }) => spec?.selector }),
    owns: [kinds.replicaSets],
    watches: [
      // A Deployment that recreates waits for the last of its old pods to end.
      watched(kinds.pods, {
        when: { update: hasEnded, delete: true },
        map(pod, { informers }) {
          const replicaSet = resolveController(informers.of(kinds.replicaSets), pod);
          const deployment = replicaSet && resolveController(informers.of(kinds.deployments), replicaSet);
          return deployment && !isRolling(deployment.spec) ? keyOf(deployment) : undefined;
        },
        moved: () => false,
      }),
    ],
    indexes: [indexed(kinds.pods, indexByController)],
    reconcile: (env) => createDeploymentReconcile(env, kinds),
  };
}
