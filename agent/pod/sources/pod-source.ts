import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

/** The source from which a node learns of its pods. */
export interface PodSource {
  /** Resolves once the pods there were at the start have been delivered. */
  readonly ready: Promise<void>;
  /** `changed` for each pod bound to the node, at first and whenever it changes; `vanished` when it leaves the API. Returns the removal. */
  subscribe(nodeName: string, handler: PodHandler): () => void;
}

export interface PodHandler {
  changed(pod: Live<Pod>): void;
  vanished(pod: Live<Pod>): void;
}

/** Pods of one informer, handed to the node each is bound to: one handler however many nodes there are in the process. */
export function createPodSource(informer: Informer<Pod>): PodSource {
  const handlers = new Map<string, PodHandler>();
  informer.addIndex('nodeName', (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []));
  const handlerOf = (pod: Live<Pod>) => handlers.get(pod.spec?.nodeName ?? '');
  informer.on({
    add: (pod) => handlerOf(pod)?.changed(pod),
    update(pod, old) {
      // Replaced over a gap in the watch: another pod under the same name.
      if (old.metadata.uid !== pod.metadata.uid) handlerOf(old)?.vanished(old);
      handlerOf(pod)?.changed(pod);
    },
    delete: (pod) => handlerOf(pod)?.vanished(pod),
  });
  return {
    ready: informer.ready,
    subscribe(nodeName, handler) {
      handlers.set(nodeName, handler);
      for (const pod of informer.byIndex('nodeName', nodeName)) handler.changed(pod);
      return () => handlers.delete(nodeName);
    },
  };
}
