import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { settledBefore } from '../../../base/abort.ts';
import { sleep } from '../../../base/clock.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { failAndDelete } from '../../_shared/disruption-target.ts';
import { messageOf, unlessGone } from '../../_shared/refusals.ts';
import type { ForcedReason } from './metrics.ts';
import { forcedDeletions } from './metrics.ts';
import { planPodGc } from './plan.ts';

export interface PodGcConfig {
  readonly periodMs?: number;
  /** The number of ended pods that are kept; 0 for all. */
  readonly terminatedThreshold?: number;
  /** A node must have been missing this long before its pods go. */
  readonly quarantineMs?: number;
}

const ORPHANED = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };

/** Deletes pods that no agent will: those of deleted nodes, those never scheduled, and the ended ones beyond a threshold. */
export function podGcController(kinds: { nodes: Kind<Node>; pods: Kind<Pod> }, config: PodGcConfig = {}): ControllerDefinition {
  const { periodMs = 20_000, terminatedThreshold = 12_500, quarantineMs = 40_000 } = config;
  return {
    name: 'pod-garbage-collector-controller',
    component: 'pod-garbage-collector-controller',
    concurrency: 1,
    setup(env) {
      const nodes = env.informers.of(kinds.nodes);
      const pods = env.informers.of(kinds.pods);
      /** Node name → since when it has been missing. */
      const missing = new Map<string, number>();
      return {
        needs: [nodes, pods],
        reconcile: async () => DONE,
        async run(signal) {
          if (!(await settledBefore(Promise.all([nodes.ready, pods.ready]), signal))) return;
          while (!signal.aborted) {
            await sweep(env, kinds, { nodes, pods, missing, terminatedThreshold, quarantineMs }).catch((error: unknown) =>
              env.log.warn({ err: error }, `pods could not be collected: ${messageOf(error)}`),
            );
            await sleep(env.clock, periodMs, signal);
          }
        },
      };
    },
  };
}

interface Sweep {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly missing: Map<string, number>;
  readonly terminatedThreshold: number;
  readonly quarantineMs: number;
}

async function sweep(env: ControllerEnv, kinds: { nodes: Kind<Node>; pods: Kind<Pod> }, state: Sweep): Promise<void> {
  const plan = planPodGc(state.pods.list(), (name) => state.nodes.get({ namespace: '', name }), state.terminatedThreshold);
  const remove = (pod: Live<Pod>) =>
    unlessGone(env.client.delete(kinds.pods, keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } }));
  const count = forcedDeletions(env.registry);
  const each = async (pods: readonly Live<Pod>[], reason: ForcedReason, work: (pod: Live<Pod>) => Promise<unknown>) => {
    for (const pod of pods) await count(pod.metadata.namespace ?? '', reason, work(pod));
  };
  await each(plan.terminated, 'terminated', remove);
  await each(plan.outOfService, 'out-of-service', (pod) => failAndDelete(env, kinds.pods, pod));
  await each(plan.unscheduled, 'unscheduled', (pod) => failAndDelete(env, kinds.pods, pod));
  const gone = await goneNodes(env, kinds.nodes, plan.orphaned, state);
  const orphaned = plan.orphaned.filter(({ spec }) => gone.has(spec?.nodeName ?? ''));
  await each(orphaned, 'orphaned', (pod) => failAndDelete(env, kinds.pods, pod, ORPHANED));
}

/** Returns the nodes that have been missing for the whole quarantine and that the server does not know either. */
async function goneNodes(
  env: ControllerEnv,
  kind: Kind<Node>,
  orphaned: readonly Live<Pod>[],
  { missing, quarantineMs }: Sweep,
): Promise<Set<string>> {
  const names = new Set(orphaned.map((pod) => pod.spec?.nodeName ?? ''));
  for (const name of missing.keys()) if (!names.has(name)) missing.delete(name);
  const now = env.clock.now();
  const gone = new Set<string>();
  for (const name of names) {
    const since = missing.get(name) ?? now;
    missing.set(name, since);
    if (now - since < quarantineMs) continue;
    if ((await unlessGone(env.client.get(kind, { namespace: '', name }))) === undefined) gone.add(name);
  }
  return gone;
}
