import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { controllerOf, indexByController, resolveController } from '../../../runtime/control/controller-ref.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { InformerHandler } from '../../../runtime/watch/informer.ts';
import { indexBySelector } from '../../../runtime/watch/selector-index.ts';
import { isTerminal, sameText } from '../../_shared/pod-state.ts';
import { isRolling } from './fenceposts.ts';
import type { DeploymentKinds, DeploymentParts } from './reconcile.ts';
import { createDeploymentReconcile } from './reconcile.ts';

/** Rolls Deployments out over ReplicaSets of the kind it is handed. */
export function deploymentController(kinds: DeploymentKinds): ControllerDefinition {
  return {
    name: 'deployment-controller',
    component: 'deployment-controller',
    concurrency: 5,
    setup(env) {
      const parts = {
        env,
        kinds,
        deployments: env.informers.of(kinds.deployments),
        replicaSets: env.informers.of(kinds.replicaSets),
        pods: env.informers.of(kinds.pods),
      };
      indexByController(parts.replicaSets);
      indexByController(parts.pods);
      parts.deployments.on({
        add: (deployment, initial) => env.enqueue(keyOf(deployment), { priority: initial ? 'low' : 'normal' }),
        update: (deployment) => env.enqueue(keyOf(deployment)),
      });
      parts.replicaSets.on(replicaSetHandler(parts));
      parts.pods.on(podHandler(parts, env));
      return { reconcile: createDeploymentReconcile(parts), needs: [parts.deployments, parts.replicaSets, parts.pods] };
    },
  };
}

/** ReplicaSets wake their Deployment; an orphan wakes those that might adopt it. */
function replicaSetHandler({ env, deployments }: DeploymentParts): InformerHandler<ReplicaSet> {
  const selectedBy = indexBySelector(deployments, ({ spec }) => spec?.selector);
  const wake = (replicaSet: Live<ReplicaSet>, initial = false) => {
    const priority = initial ? 'low' : 'normal';
    if (controllerOf(replicaSet)) {
      const deployment = resolveController(deployments, replicaSet);
      if (deployment) env.enqueue(keyOf(deployment), { priority });
      return;
    }
    for (const deployment of selectedBy(replicaSet.metadata.namespace ?? '', replicaSet.metadata.labels)) {
      env.enqueue(keyOf(deployment), { priority });
    }
  };
  return {
    add: wake,
    update(replicaSet, old) {
      const moved = controllerOf(replicaSet)?.uid !== controllerOf(old)?.uid;
      if (moved && controllerOf(old)) wake(old);
      if (controllerOf(replicaSet) || moved || !sameText(replicaSet.metadata.labels, old.metadata.labels)) wake(replicaSet);
    },
    delete: (replicaSet) => {
      if (controllerOf(replicaSet)) wake(replicaSet);
    },
  };
}

/** A Deployment that recreates waits for the last of its old pods to end. */
function podHandler({ deployments, replicaSets }: DeploymentParts, env: ControllerEnv): InformerHandler<Pod> {
  const ended = (pod: Live<Pod>) => {
    const replicaSet = resolveController(replicaSets, pod);
    const deployment = replicaSet && resolveController(deployments, replicaSet);
    if (deployment && !isRolling(deployment.spec)) env.enqueue(keyOf(deployment));
  };
  return {
    update: (pod, old) => {
      if (isTerminal(pod) && !isTerminal(old)) ended(pod);
    },
    delete: ended,
  };
}
