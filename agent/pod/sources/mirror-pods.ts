import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isAlreadyExists, isNotFound } from '../../../api/meta/status-error.ts';
import type { Logger } from '../../../base/log.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';

/** The mirror pods by which the API shows a node's static pods. */
export interface Mirrors {
  changed(mirror: Live<Pod>): void;
  vanished(mirror: Live<Pod>): void;
  /** The mirror of a static pod. Returns undefined if there is none yet. */
  of(pod: Live<Pod>): Live<Pod> | undefined;
  /** Makes the mirror of a pod, or replaces one of an earlier manifest. Resolves with whether the API shows the pod: not before the node is registered. */
  show(pod: Live<Pod>): Promise<boolean>;
  /** Removes mirrors whose pods are no longer wanted. */
  keepOnly(isWanted: (key: string) => boolean): Promise<void>;
}

export interface MirrorsOptions {
  readonly nodeName: string;
  readonly nodeUid: () => string | undefined;
  readonly client: Client;
  readonly log: Logger;
}

/** The hash of the manifest that a mirror shows. Returns undefined if the pod is no mirror. */
export const mirroredHash = (pod: Live<Pod>): string | undefined => pod.metadata.annotations?.[ANNOTATION.configMirror];

export function createMirrors({ nodeName, nodeUid, client, log }: MirrorsOptions): Mirrors {
  const mirrors = new Map<string, Live<Pod>>();
  const keyTextOf = (pod: Live<Pod>) => keyText(keyOf(pod));

  const remove = async (mirror: Live<Pod>): Promise<void> => {
    try {
      await client.delete(pods, keyOf(mirror), { gracePeriodSeconds: 0, preconditions: { uid: mirror.metadata.uid } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };

  return {
    changed: (mirror) => void mirrors.set(keyTextOf(mirror), mirror),
    vanished: (mirror) => void mirrors.delete(keyTextOf(mirror)),
    of: (pod) => mirrors.get(keyTextOf(pod)),
    async show(pod) {
      const key = keyTextOf(pod);
      const mirror = mirrors.get(key);
      if (mirror && mirroredHash(mirror) === pod.metadata.uid && !mirror.metadata.deletionTimestamp) return true;
      if (mirror) await remove(mirror);
      const uid = nodeUid();
      if (uid === undefined) return false;
      try {
        await client.create(pods, mirrorOf(pod, nodeName, uid));
      } catch (error) {
        if (!isAlreadyExists(error)) log.warn({ err: error, pod: key }, 'a mirror pod could not be made');
        return isAlreadyExists(error);
      }
      return true;
    },
    async keepOnly(isWanted) {
      for (const [key, mirror] of mirrors) {
        if (isWanted(key)) continue;
        await remove(mirror).catch((error: unknown) => log.warn({ err: error, pod: key }, 'a mirror pod could not be removed'));
      }
    },
  };
}

function mirrorOf({ metadata, spec }: Live<Pod>, nodeName: string, nodeUid: string): Pod {
  const { name, namespace, labels } = metadata;
  const annotations = { ...metadata.annotations, [ANNOTATION.configMirror]: metadata.uid };
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: nodeUid, controller: true }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ...(labels ? { labels } : {}), annotations, ownerReferences }, spec };
}
