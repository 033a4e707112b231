import type { Filter } from './plugin.ts';
import { reject } from './plugin.ts';

/** Lets a pod that names its node go to no other. */
export const nodeName: Filter = {
  name: 'NodeName',
  prepare({ pod }) {
    const wanted = pod.spec?.nodeName;
    if (!wanted) return undefined;
    return ({ name }) => (name === wanted ? undefined : reject("node(s) didn't match the requested node name", false));
  },
  events: ['NodeAdd', 'NodeUpdate'],
  hint: (event, { pod }) => 'node' in event && event.node.name === pod.spec?.nodeName,
};
