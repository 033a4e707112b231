import type { Kind } from '../../../api/definition/kind.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { replicaController } from '../../_shared/replicas/controller.ts';

/** Keeps the pods of ReplicaSets. */
export const replicaSetController = (kinds: { readonly replicaSets: Kind<ReplicaSet>; readonly pods: Kind<Pod> }): ControllerDefinition =>
  replicaController(
    { name: 'replicaset-controller', component: 'replicaset-controller', concurrency: 5 },
    { owners: kinds.replicaSets, pods: kinds.pods, selectorOf: ({ spec }) => spec?.selector, countsTerminating: true },
  );
