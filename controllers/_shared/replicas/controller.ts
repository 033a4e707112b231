import type { SetUpController } from '../../../runtime/control/controller.ts';
import { indexByController } from '../../../runtime/control/controller-ref.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import { owned } from '../../../runtime/control/owned.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { countsDiffer } from '../pod-state.ts';
import type { ReplicaKinds } from './kinds.ts';
import type { ReplicaOwner } from './plan.ts';
import { createPodControl } from './pod-control.ts';
import { createReplicaReconcile } from './reconcile.ts';

/** Keeps the pods of ReplicaSets or ReplicationControllers: writes the status; creates, deletes, adopts and releases pods. */
export function replicaController<T extends ReplicaOwner>(
  identity: Pick<SetUpController, 'name' | 'component' | 'concurrency'>,
  kinds: ReplicaKinds<T>,
): SetUpController {
  return {
    ...identity,
    setup(env) {
      const expectations = createExpectations(env.clock);
      return {
        for: primary(kinds.owners, { selects: kinds.selectorOf }),
        owns: [owned(kinds.pods, { changed: countsDiffer })],
        indexes: [indexed(kinds.owners, indexByController)],
        expectations,
        reconcile: createReplicaReconcile({
          env,
          kinds,
          owners: env.informers.of(kinds.owners),
          pods: env.informers.of(kinds.pods),
          expectations,
          podControl: createPodControl(env, kinds.owners, kinds.pods),
        }),
      };
    },
  };
}
