import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { disrupt } from '../../_shared/disruption-target.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { indexByNode, podsOnNode } from '../../_shared/node-pods.ts';
import { taintDeletions } from './metrics.ts';
import { evicting, planEviction, toleratedMs } from './plan.ts';

export interface TaintEvictionKinds {
  readonly nodes: Kind<Node>;
  readonly pods: Kind<Pod>;
}

/** Deletes pods from nodes with NoExecute taints, once their tolerations have run out. */
export function taintEvictionController(kinds: TaintEvictionKinds): ControllerDefinition {
  return {
    name: 'taint-eviction-controller',
    component: 'taint-eviction-controller',
    concurrency: 8,
    setup(env) {
      const nodes = env.informers.of(kinds.nodes);
      const pods = env.informers.of(kinds.pods);
      const deleted = taintDeletions(env.registry);
      const nodeOf = (pod: Pod) => nodes.get({ namespace: '', name: pod.spec?.nodeName ?? '' });
      const isThreatened = (pod: Pod) => evicting(nodeOf(pod)).length > 0;
      /** When each pod that bears its node for a time must leave, in monotonic milliseconds, by UID. */
      const due = new Map<string, number>();
      const cancelled = (pod: Live<Pod>) => {
        if (!due.delete(pod.metadata.uid)) return;
        env.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${keyText(keyOf(pod))}`);
      };
      pods.on({ delete: cancelled });
      return {
        for: primary(kinds.pods, {
          when: { create: isThreatened, update: (pod, old) => placedOtherwise(pod, old) && isThreatened(pod) },
          priority: 'normal',
        }),
        watches: [
          watched(kinds.nodes, {
            when: {
              create: (node) => evicting(node).length > 0,
              update: (node, old) => !semanticallyEqual(evicting(node), evicting(old)),
            },
            map: (node) => podsOnNode(pods, node.metadata.name).map(keyOf),
            moved: () => false,
            priority: 'normal',
          }),
        ],
        indexes: [indexed(kinds.pods, indexByNode)],
        async reconcile(key) {
          const pod = pods.get(key);
          if (pod === undefined || isDeleting(pod)) return DONE;
          const { uid } = pod.metadata;
          const now = env.clock.monotonic();
          const step = planEviction(toleratedMs(pod, nodeOf(pod)), due.get(uid), now);
          if (step.type === 'spare') {
            cancelled(pod);
            return DONE;
          }
          if (step.type === 'wait') {
            due.set(uid, step.due);
            return { requeueAfterMs: step.due - now };
          }
          const dueAt = Math.min(due.get(uid) ?? now, now);
          // A taint that is not tolerated ends the wait for another one.
          if ((due.get(uid) ?? now) > now) cancelled(pod);
          env.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyText(key)}`);
          await disrupt(env, kinds.pods, pod, { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' });
          deleted((env.clock.monotonic() - dueAt) / 1000);
          // Kept until then: a write that fails must not start the time anew.
          due.delete(uid);
          return DONE;
        },
      };
    },
  };
}

const placedOtherwise = (pod: Live<Pod>, old: Live<Pod>): boolean =>
  pod.spec?.nodeName !== old.spec?.nodeName || pod.spec?.tolerations?.length !== old.spec?.tolerations?.length;
