import type { Kind } from '../../../api/definition/kind.ts';
import type { Node, NodeCondition } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import type { Taint } from '../../../api/pod/placement/taint.ts';
import { timeText } from '../../../base/clock.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { readyCondition } from '../../_shared/pod-state.ts';
import { patchStatus } from '../../_shared/pod-status.ts';

const TRIES = 5;

/** Writes a Node, and after a lost race tries again on the fresh object: agents write often. Returns undefined if the node is deleted or needs no change. */
async function retried(client: Client, kind: Kind<Node>, node: Live<Node>, write: (node: Live<Node>) => Promise<Live<Node>> | undefined) {
  let current = node;
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(current);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!isConflict(error) || attempt === TRIES) throw error;
    }
    const fresh = await client.get(kind, keyOf(node)).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (fresh?.metadata.uid !== node.metadata.uid) return undefined;
    current = fresh;
  }
}

/** Replaces the taints by what `plan` makes of them. */
export function writeTaints(client: Client, kind: Kind<Node>, node: Live<Node>, plan: (node: Live<Node>) => Taint[] | undefined) {
  return retried(client, kind, node, (current) => {
    const taints = plan(current);
    if (taints === undefined) return undefined;
    const { uid, resourceVersion } = current.metadata;
    return client.patch(kind, keyOf(current), { type: 'merge', body: { metadata: { uid, resourceVersion }, spec: { taints } } });
  });
}

/** Adds the labels that `plan` asks for. */
export function writeLabels(
  client: Client,
  kind: Kind<Node>,
  node: Live<Node>,
  plan: (node: Live<Node>) => Readonly<Record<string, string>> | undefined,
) {
  return retried(client, kind, node, (current) => {
    const labels = plan(current);
    const { uid, resourceVersion } = current.metadata;
    return labels && client.patch(kind, keyOf(current), { type: 'merge', body: { metadata: { uid, resourceVersion, labels } } });
  });
}

export function writeConditions(client: Client, kind: Kind<Node>, node: Live<Node>, plan: (node: Live<Node>) => NodeCondition[] | undefined) {
  return retried(client, kind, node, (current) => {
    const conditions = plan(current);
    return conditions && client.update(kind, { ...current, status: { ...current.status, conditions } }, { subresource: 'status' });
  });
}

/** Marks the pods of a node that is not ready as not ready, so that they leave their services: no one else can report it. */
export async function markPodsNotReady(env: ControllerEnv, kind: Kind<Pod>, pods: readonly Live<Pod>[]): Promise<void> {
  for (const pod of pods) {
    const ready = readyCondition(pod);
    if (ready?.status !== 'True') continue;
    const { generation } = pod.metadata;
    const observed = generation === undefined ? {} : { observedGeneration: generation };
    const conditions = [{ ...ready, ...observed, status: 'False', lastTransitionTime: timeText(env.clock.now()) }];
    const written = await patchStatus(env, kind, pod, { conditions });
    if (written) env.recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
}
