import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { isTracked, TRACKING_FINALIZER } from './job-pods.ts';

/** `absent`: the pod is gone, or another removed the finalizer before. */
export type Release = 'released' | 'absent';

/**
 * Removes the tracking finalizer from that very pod. The answer tells whether this call removed it: two leaders that both see a pod end must
 * not both count it. The resource version in the patch tells a finalizer that is still there from one that is not; a pod that changed
 * meanwhile is read again by a patch without content, because the controller's role does not include reading single pods.
 */
export async function releasePod(client: Client, kind: Kind<Pod>, pod: Live<Pod>): Promise<Release> {
  const { uid } = pod.metadata;
  try {
    for (let current = pod; isTracked(current); current = await client.patch(kind, keyOf(pod), { type: 'merge', body: { metadata: { uid } } })) {
      if (await tryRelease(client, kind, current)) return 'released';
    }
    return 'absent';
  } catch (error) {
    // A conflict without a resource version: another pod has the name by now.
    if (isNotFound(error) || isConflict(error)) return 'absent';
    throw error;
  }
}

/** Resolves to false if the pod has changed since it was read. */
async function tryRelease(client: Client, kind: Kind<Pod>, pod: Live<Pod>): Promise<boolean> {
  const { uid, resourceVersion, finalizers = [] } = pod.metadata;
  const left = finalizers.filter((finalizer) => finalizer !== TRACKING_FINALIZER);
  const body = { metadata: { uid, resourceVersion, finalizers: left.length > 0 ? left : null } };
  try {
    await client.patch(kind, keyOf(pod), { type: 'merge', body });
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
