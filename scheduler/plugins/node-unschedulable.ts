import { tolerates } from '../../api/pod/placement/toleration.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter } from './plugin.ts';
import { reject } from './plugin.ts';

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Keeps pods off cordoned nodes. */
export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  prepare({ pod }) {
    if (pod.spec?.tolerations?.some((toleration) => tolerates(toleration, UNSCHEDULABLE))) return undefined;
    return ({ node }) => (node?.spec?.unschedulable ? reject('node(s) were unschedulable', false) : undefined);
  },
  events: ['NodeAdd', 'NodeUpdate'],
  hint(event) {
    const node = nodeChange(event, 'unschedulable');
    return node !== undefined && !node.node?.spec?.unschedulable;
  },
};
