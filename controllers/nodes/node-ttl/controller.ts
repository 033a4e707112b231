import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { nextBand, secondsOf } from './plan.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Tells each node, in an annotation, how long it may keep what it read: longer in large clusters. */
export function nodeTtlController(kinds: { nodes: Kind<Node> }): ControllerDefinition {
  return {
    name: 'ttl-controller',
    component: 'ttl-controller',
    concurrency: 5,
    setup(env) {
      const nodes = env.informers.of(kinds.nodes);
      let count = 0;
      let band = 0;
      const counted = (change: number) => {
        count += change;
        band = nextBand(band, count);
      };
      nodes.on({
        add(node) {
          counted(1);
          env.enqueue(keyOf(node));
        },
        update(node) {
          if (node.metadata.annotations?.[ANNOTATION] !== String(secondsOf(band))) env.enqueue(keyOf(node));
        },
        delete: () => counted(-1),
      });
      return {
        needs: [nodes],
        async reconcile(key) {
          const node = nodes.get(key);
          const wanted = String(secondsOf(band));
          if (!node || node.metadata.annotations?.[ANNOTATION] === wanted) return DONE;
          await env.client.patch(kinds.nodes, key, {
            type: 'merge',
            body: { metadata: { uid: node.metadata.uid, annotations: { [ANNOTATION]: wanted } } },
          });
          return DONE;
        },
      };
    },
  };
}
