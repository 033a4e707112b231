import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ReplicationController } from '../../../api/kinds/core/replication-controller.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { replicaController } from '../../_shared/replicas/controller.ts';
import { selectorOf } from './selector.ts';

/** Keeps the pods of ReplicationControllers. */
export const replicationControllerController = (kinds: {
  readonly replicationControllers: Kind<ReplicationController>;
  readonly pods: Kind<Pod>;
}): ControllerDefinition =>
  replicaController(
    { name: 'replicationcontroller-controller', component: 'replication-controller', concurrency: 5 },
    { owners: kinds.replicationControllers, pods: kinds.pods, selectorOf, countsTerminating: false },
  );
