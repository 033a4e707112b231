import { featuresNeeded, missingFeatures } from '../../api/pod/spec/node-features.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter } from './plugin.ts';
import { reject } from './plugin.ts';

/** Keeps pods off nodes that do not declare a feature which the pod needs. */
export const nodeDeclaredFeatures: Filter = {
  name: 'NodeDeclaredFeatures',
  prepare({ pod }) {
    const needed = pod.spec ? featuresNeeded(pod.spec) : [];
    if (needed.length === 0) return undefined;
    return ({ node }) =>
      missingFeatures(needed, node?.status?.declaredFeatures).length > 0 ? reject("node(s) didn't match Pod's required features", false) : undefined;
  },
  events: ['NodeAdd', 'NodeUpdate'],
  hint: (event) => nodeChange(event, 'declaredFeatures') !== undefined,
};
