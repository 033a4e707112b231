import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { indexByController } from '../../../runtime/control/controller-ref.ts';
import { owned } from '../../../runtime/control/owned.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { countsDiffer } from '../../_shared/pod-state.ts';
import { createTurns } from '../../_shared/replicas/turns.ts';
import { possibleSets } from './claims.ts';
import type { StatefulSetKinds } from './reconcile.ts';
import { createStatefulSetReconcile } from './reconcile.ts';

/** Limits the calls at once of Parallel sets. */
const CALLS_AT_ONCE = 32;

/**
 * Keeps the numbered pods of StatefulSets, and their claims. It needs no expectations: names are given, so that a cache that lags leads to
 * a refusal, not to a pod too many.
 */
export function statefulSetController(kinds: StatefulSetKinds): ControllerDefinition {
  return {
    name: 'statefulset-controller',
    component: 'statefulset-controller',
    concurrency: 5,
    for: primary(kinds.statefulSets, { selects: ({ spec }: StatefulSet) => spec?.selector }),
    owns: [owned(kinds.pods, { changed: countsDiffer })],
    watches: [
      // A pod waits for the claim that is in its way to be gone, or for its own to be made again.
      watched(kinds.claims, {
        when: { delete: true },
        map: ({ metadata }, { informers }) =>
          possibleSets(metadata.name).flatMap((name) => {
            const set = informers.of(kinds.statefulSets).get({ namespace: metadata.namespace ?? '', name });
            return set ? [keyOf(set)] : [];
          }),
      }),
    ],
    indexes: [indexed(kinds.revisions, indexByController)],
    reconcile: (env) => createStatefulSetReconcile({ env, kinds, turn: createTurns(CALLS_AT_ONCE, env.clock) }),
  };
}
