import { nodes } from '../../../api/kinds/core/node/index.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import { admitted, handlesOnly } from '../admitted.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** Taints new nodes as not ready, so that nothing is placed there before their conditions are known. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: handlesOnly(nodes, 'create'),
  admit(attributes) {
    const node = admitted(nodes, attributes)?.object;
    if (!node) return;
    node.spec ??= {};
    if (node.spec.taints?.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    node.spec.taints = [...(node.spec.taints ?? []), { ...NOT_READY }];
  },
};
