import type { Kind } from '../../../api/definition/kind.ts';
import type { Lease } from '../../../api/kinds/coordination/lease.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { settledBefore } from '../../../base/abort.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { indexByNode, podsOnNode } from '../../_shared/node-pods.ts';
import { planOldLabels } from './labels.ts';
import type { MonitorConfig } from './monitor.ts';
import { runMonitor } from './monitor.ts';
import { writeLabels, writeTaints } from './node-writes.ts';
import { planNoSchedule } from './taints.ts';

export interface NodeLifecycleKinds {
  readonly nodes: Kind<Node>;
  readonly pods: Kind<Pod>;
  readonly leases: Kind<Lease>;
}

/** Upstream's flags of kube-controller-manager, in milliseconds. */
const DEFAULTS: MonitorConfig = {
  periodMs: 5_000,
  gracePeriodMs: 40_000,
  startupGracePeriodMs: 60_000,
  evictionRate: 0.1,
  secondaryEvictionRate: 0.01,
  unhealthyThreshold: 0.55,
  largeZone: 50,
};

/** Marks nodes that fall silent, and taints nodes by their conditions: NoSchedule at once, NoExecute (eviction) with care. Keeps old labels up to date. */
export function nodeLifecycleController(kinds: NodeLifecycleKinds, config: Partial<MonitorConfig> = {}): ControllerDefinition {
  return {
    name: 'node-lifecycle-controller',
    component: 'node-controller',
    concurrency: 8,
    setup(env) {
      const nodes = env.informers.of(kinds.nodes);
      const pods = env.informers.of(kinds.pods);
      const leases = env.informers.of(kinds.leases);
      return {
        for: primary(kinds.nodes, {
          when: { create: true, update: (node) => planNoSchedule(node, env.clock.now()) !== undefined || planOldLabels(node) !== undefined },
          priority: 'normal',
        }),
        indexes: [indexed(kinds.pods, indexByNode)],
        needs: [leases],
        async reconcile(key) {
          const node = nodes.get(key);
          if (!node) return DONE;
          const tainted = await writeTaints(env.client, kinds.nodes, node, (fresh) => planNoSchedule(fresh, env.clock.now()));
          await writeLabels(env.client, kinds.nodes, tainted ?? node, planOldLabels);
          return DONE;
        },
        async run(signal) {
          if (!(await settledBefore(Promise.all([nodes.ready, pods.ready, leases.ready]), signal))) return;
          const podsOn = (name: string) => podsOnNode(pods, name);
          await runMonitor({ env, config: { ...DEFAULTS, ...config }, kinds, nodes, leases, podsOn }, signal);
        },
      };
    },
  };
}
