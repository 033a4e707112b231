import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { nextBand, secondsOf } from './plan.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Annotates each node with the time for which it may keep secrets and config maps it has read: longer in large clusters. */
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
      // Attached before the wiring: an event is judged by the band that it leads to.
      nodes.on({ add: () => counted(1), delete: () => counted(-1) });
      const wanted = () => String(secondsOf(band));
      const ttlOf = (node: Live<Node>) => node.metadata.annotations?.[ANNOTATION];
      return {
        for: primary(kinds.nodes, { when: { create: true, update: (node) => ttlOf(node) !== wanted() }, priority: 'normal' }),
        async reconcile(key) {
          const node = nodes.get(key);
          const ttl = wanted();
          if (!node || ttlOf(node) === ttl) return DONE;
          const body = { metadata: { uid: node.metadata.uid, annotations: { [ANNOTATION]: ttl } } };
          await env.client.patch(kinds.nodes, key, { type: 'merge', body });
          return DONE;
        },
      };
    },
  };
}
