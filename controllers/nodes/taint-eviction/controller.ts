import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { disrupt } from '../../_shared/disruption-target.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { indexByNode, podsOnNode } from '../../_shared/node-pods.ts';
import { evicting, evictionTime } from './plan.ts';

export interface TaintEvictionKinds {
  readonly nodes: Kind<Node>;
  readonly pods: Kind<Pod>;
}

/** Deletes pods from nodes with NoExecute taints, when what they tolerate has run out. */
export function taintEvictionController(kinds: TaintEvictionKinds): ControllerDefinition {
  return {
    name: 'taint-eviction-controller',
    component: 'taint-eviction-controller',
    concurrency: 8,
    setup(env) {
      const nodes = env.informers.of(kinds.nodes);
      const pods = env.informers.of(kinds.pods);
      indexByNode(pods);
      /** Pods that wait for their time: to tell when they are spared. UID → key. */
      const waiting = new Set<string>();
      const nodeOf = (pod: Pod) => nodes.get({ namespace: '', name: pod.spec?.nodeName ?? '' });
      const wakePods = (node: Live<Node>) => {
        for (const pod of podsOnNode(pods, node.metadata.name)) env.enqueue(keyOf(pod));
      };
      nodes.on({
        add: (node) => {
          if (evicting(node).length > 0) wakePods(node);
        },
        update: (node, old) => {
          if (!semanticallyEqual(evicting(node), evicting(old))) wakePods(node);
        },
      });
      pods.on({
        add: (pod) => {
          if (evicting(nodeOf(pod)).length > 0) env.enqueue(keyOf(pod));
        },
        update: (pod, old) => {
          const moved = pod.spec?.nodeName !== old.spec?.nodeName || pod.spec?.tolerations?.length !== old.spec?.tolerations?.length;
          if (moved && evicting(nodeOf(pod)).length > 0) env.enqueue(keyOf(pod));
        },
        delete: (pod) => void waiting.delete(pod.metadata.uid),
      });
      return {
        needs: [nodes, pods],
        async reconcile(key) {
          const pod = pods.get(key);
          if (pod === undefined || isDeleting(pod)) return DONE;
          const due = evictionTime(pod, nodeOf(pod));
          if (due === undefined) {
            if (waiting.delete(pod.metadata.uid))
              env.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${keyText(key)}`);
            return DONE;
          }
          const left = due - env.clock.now();
          if (left > 0) {
            waiting.add(pod.metadata.uid);
            return { requeueAfterMs: left };
          }
          waiting.delete(pod.metadata.uid);
          env.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyText(key)}`);
          await disrupt(env, kinds.pods, pod, { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' });
          return DONE;
        },
      };
    },
  };
}
