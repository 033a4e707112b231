import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Toleration } from '../../../api/pod/placement/affinity.ts';
import { compileNodeAffinity } from '../../../api/pod/placement/node-affinity.ts';
import { tolerates } from '../../../api/pod/placement/toleration.ts';
import { withDaemonTolerations } from './tolerations.ts';

/** The right of a DaemonSet's pod on a node: to start and run, to go on running if it is there already, or none. */
export type Placement = 'run' | 'stay' | 'none';

const NO_LABELS = {};

/**
 * Returns the function that decides, by what the scheduler decides by too: node name, node selector and affinity, taints. A node that is
 * cordoned, not ready or under pressure still counts, as daemon pods tolerate those taints. Resources do not count: a pod that does not fit
 * stays Pending.
 */
export function placementOf({ spec }: DaemonSet): (node: Live<Node>) => Placement {
  const { nodeName, affinity, nodeSelector, hostNetwork = false, tolerations } = spec?.template?.spec ?? {};
  const matches = compileNodeAffinity(affinity?.nodeAffinity, nodeSelector);
  const tolerated = withDaemonTolerations(tolerations, hostNetwork);
  return (node) => {
    const { name, labels = NO_LABELS } = node.metadata;
    if (nodeName && nodeName !== name) return 'none';
    if (matches && !matches({ name, labels })) return 'none';
    if (isTolerated(node, tolerated, ['NoSchedule', 'NoExecute'])) return 'run';
    return isTolerated(node, tolerated, ['NoExecute']) ? 'stay' : 'none';
  };
}

const isTolerated = ({ spec }: Node, tolerations: readonly Toleration[], effects: readonly string[]): boolean =>
  (spec?.taints ?? []).every((taint) => !effects.includes(taint.effect) || tolerations.some((toleration) => tolerates(toleration, taint)));
