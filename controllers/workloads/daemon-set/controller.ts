import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { controllerOf, indexByController, resolveController } from '../../../runtime/control/controller-ref.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import { owned } from '../../../runtime/control/owned.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { indexBySelector } from '../../../runtime/watch/selector-index.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { countsDiffer, sameText } from '../../_shared/pod-state.ts';
import { createPodControl } from '../../_shared/replicas/pod-control.ts';
import { createFailedPodBackoff } from './failed-pod-backoff.ts';
import { createPace } from './pace.ts';
import type { Placement } from './placement.ts';
import { placementOf } from './placement.ts';
import type { DaemonSetKinds } from './reconcile.ts';
import { createDaemonSetReconcile } from './reconcile.ts';

const selects = ({ spec }: DaemonSet) => spec?.selector;

/** Keeps one pod of each DaemonSet on each node that fits. */
export function daemonSetController(kinds: DaemonSetKinds): ControllerDefinition {
  return {
    name: 'daemonset-controller',
    component: 'daemonset-controller',
    concurrency: 2,
    setup(env) {
      const sets = env.informers.of(kinds.daemonSets);
      const nodes = env.informers.of(kinds.nodes);
      const expectations = createExpectations(env.clock);
      const selecting = indexBySelector(sets, selects);
      const pace = createPace(env.clock, sets);
      watchNodes(env, sets, nodes);
      return {
        for: primary(kinds.daemonSets, { selects }),
        owns: [owned(kinds.pods, { changed: countsDiffer, delayMs: pace.delayMs })],
        needs: [nodes],
        indexes: [indexed(kinds.revisions, indexByController)],
        watches: [
          // A new revision that has an owner is the owner's own work.
          watched(kinds.revisions, {
            when: { create: (revision) => !controllerOf(revision), update: true, delete: (revision) => controllerOf(revision) !== undefined },
            map(revision) {
              const owner = resolveController(sets, revision);
              if (owner) return keyOf(owner);
              return controllerOf(revision) ? undefined : selecting(revision.metadata.namespace ?? '', revision.metadata.labels).map(keyOf);
            },
            moved: (revision, old) => controllerOf(revision)?.uid !== controllerOf(old)?.uid,
          }),
        ],
        expectations,
        reconcile: pace.paced(
          createDaemonSetReconcile({
            env,
            kinds,
            expectations,
            podControl: createPodControl(env, kinds.daemonSets, kinds.pods),
            backoff: createFailedPodBackoff(env.clock),
          }),
        ),
      };
    },
  };
}

/** Whether a change of a node may change which pods it should run. */
const affectsPlacement = (node: Live<Node>, old: Live<Node>): boolean =>
  !sameText(node.metadata.labels, old.metadata.labels) || !semanticallyEqual(node.spec?.taints, old.spec?.taints);

/** Wakes the sets for which a node's placement changes. A node that comes or goes concerns those that run, or stay, on it. */
function watchNodes({ enqueue }: ControllerEnv, sets: Informer<DaemonSet>, nodes: Informer<Node>): void {
  const wake = (changes: (placement: (node: Live<Node>) => Placement) => boolean) => {
    for (const set of sets.list()) if (changes(placementOf(set))) enqueue(keyOf(set));
  };
  nodes.on({
    add: (node) => wake((placement) => placement(node) === 'run'),
    update: (node, old) => {
      if (affectsPlacement(node, old)) wake((placement) => placement(node) !== placement(old));
    },
    delete: (node) => wake((placement) => placement(node) !== 'none'),
  });
}
