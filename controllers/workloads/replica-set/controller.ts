import type { Kind } from '../../../api/definition/kind.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ReplicationController } from '../../../api/kinds/core/replication-controller.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { Controller, ControllerDefinition } from '../../../runtime/control/controller.ts';
import { indexByController } from '../../../runtime/control/controller-ref.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import { ownerHandler, podHandler } from './handlers.ts';
import type { ReplicaOwner } from './plan.ts';
import { createPodControl } from './pod-control.ts';
import type { ReplicaKinds, ReplicaParts } from './reconcile.ts';
import { createReplicaReconcile } from './reconcile.ts';

function setup<T extends ReplicaOwner>(env: ControllerEnv, kinds: ReplicaKinds<T>): Controller {
  const owners = env.informers.of(kinds.owners);
  const pods = env.informers.of(kinds.pods);
  indexByController(owners);
  indexByController(pods);
  const parts: ReplicaParts<T> = {
    env,
    kinds,
    owners,
    pods,
    expectations: createExpectations(env.clock),
    podControl: createPodControl(env, kinds.owners, kinds.pods),
  };
  owners.on(ownerHandler(parts));
  pods.on(podHandler(parts));
  return { reconcile: createReplicaReconcile(parts), needs: [owners, pods] };
}

/** Keeps the pods of ReplicaSets; writes their status; creates, deletes, adopts and releases pods. */
export function replicaSetController(kinds: { replicaSets: Kind<ReplicaSet>; pods: Kind<Pod> }): ControllerDefinition {
  return {
    name: 'replicaset-controller',
    component: 'replicaset-controller',
    concurrency: 5,
    setup: (env) => setup(env, { owners: kinds.replicaSets, pods: kinds.pods, selectorOf: (owner) => owner.spec?.selector, countsTerminating: true }),
  };
}

/** The same for ReplicationControllers, whose selector is a plain map. */
export function replicationControllerController(kinds: {
  replicationControllers: Kind<ReplicationController>;
  pods: Kind<Pod>;
}): ControllerDefinition {
  return {
    name: 'replicationcontroller-controller',
    component: 'replication-controller',
    concurrency: 5,
    setup: (env) =>
      setup(env, {
        owners: kinds.replicationControllers,
        pods: kinds.pods,
        // Where nothing is selected, the template's labels are: upstream's default, which custom resources do not get.
        selectorOf: ({ spec }) => plainSelector(spec?.selector) ?? plainSelector(spec?.template?.metadata?.labels),
        countsTerminating: false,
      }),
  };
}

const plainSelector = (labels: Record<string, string> | undefined): LabelSelector | undefined =>
  labels === undefined || Object.keys(labels).length === 0 ? undefined : { matchLabels: labels };
