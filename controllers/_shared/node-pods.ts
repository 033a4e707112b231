import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Informer } from '../../runtime/watch/informer.ts';

const BY_NODE = 'node-name';

/** Declares the index of pods by the node they are bound to. */
export function indexByNode(pods: Informer<Pod>): void {
  pods.addIndex(BY_NODE, (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []));
}

export const podsOnNode = (pods: Informer<Pod>, nodeName: string): readonly Live<Pod>[] => pods.byIndex(BY_NODE, nodeName);
