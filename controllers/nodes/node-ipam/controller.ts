import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { blockMetrics } from './metrics.ts';
import { cidrBlocks, nextFree } from './plan.ts';

export interface NodeIpamConfig {
  /** The range of all pods' addresses; default 10.244.0.0/16. */
  readonly clusterCidr?: string;
  /** Prefix length of one node's block; default 24. */
  readonly nodeCidrBits?: number;
}

/**
 * Gives each node a block of pod addresses of its own. The blocks are kept where they are used, in `spec.podCIDR` of the nodes:
 * one is free when no node has it.
 */
export function nodeIpamController(kinds: { nodes: Kind<Node> }, config: NodeIpamConfig = {}): ControllerDefinition {
  const { clusterCidr = '10.244.0.0/16', nodeCidrBits = 24 } = config;
  const blocks = cidrBlocks(clusterCidr, nodeCidrBits);
  return {
    name: 'node-ipam-controller',
    component: 'cidrAllocator',
    // One at a time: two nodes must not find the same block free.
    concurrency: 1,
    setup(env) {
      const nodes = env.informers.of(kinds.nodes);
      /** Block → the node that has it, from the moment it is chosen: the cache shows it later. */
      const taken = new Map<number, string>();
      const metrics = blockMetrics(env.registry)({ clusterCIDR: clusterCidr, count: blocks.count, taken: () => taken.size });
      let last = -1;
      const note = (node: Node) => {
        for (const cidr of node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : [])) {
          const index = cidr.includes(':') ? undefined : blocks.indexOf(cidr);
          if (index === undefined) continue;
          taken.set(index, node.metadata?.name ?? '');
          last = Math.max(last, index);
        }
      };
      nodes.on({
        add: note,
        update: note,
        delete: (node) => {
          for (const [index, name] of taken) {
            if (name !== node.metadata.name) continue;
            taken.delete(index);
            metrics.released();
          }
        },
      });
      return {
        for: primary(kinds.nodes, { when: { create: isWaiting, update: isWaiting }, priority: 'normal' }),
        // The block of a deleted node is free: those that wait for one try again.
        watches: [watched(kinds.nodes, { when: { delete: true }, map: () => nodes.list().filter(isWaiting).map(keyOf) })],
        async reconcile(key) {
          const node = nodes.get(key);
          if (node === undefined || !isWaiting(node)) return DONE;
          const chosen = [...taken].find(([, name]) => name === key.name)?.[0] ?? nextFree(blocks, new Set(taken.keys()), last);
          if (chosen === undefined) {
            env.recorder.event(node, 'Normal', 'CIDRNotAvailable', `Node ${key.name} status is now: CIDRNotAvailable`);
            throw new Error(`no pod CIDR is left for node ${key.name}`);
          }
          if (!taken.has(chosen)) metrics.allocated();
          taken.set(chosen, key.name);
          last = chosen;
          const podCIDR = blocks.at(chosen);
          const { uid, resourceVersion } = node.metadata;
          const body = { metadata: { uid, resourceVersion }, spec: { podCIDR, podCIDRs: [podCIDR] } };
          // After a lost race the same block is tried again: it is still noted for this node.
          await env.client.patch(kinds.nodes, key, { type: 'merge', body });
          return DONE;
        },
      };
    },
  };
}

const isWaiting = (node: Node): boolean => !node.spec?.podCIDR;
