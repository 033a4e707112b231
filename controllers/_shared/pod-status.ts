import type { Kind } from '../../api/definition/kind.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import type { ControllerEnv } from '../../runtime/control/env.ts';
import { unlessGone } from './refusals.ts';

/**
 * Sets fields and conditions of a pod's status. The patch does not touch the fields that the agent writes at the same time.
 * The UID protects another pod of the same name (Conflict). Resolves to undefined if the pod is deleted.
 */
export function patchStatus({ client }: Pick<ControllerEnv, 'client'>, kind: Kind<Pod>, pod: Live<Pod>, status: NonNullable<Pod['status']>) {
  const body = { metadata: { uid: pod.metadata.uid }, status };
  return unlessGone(client.patch(kind, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' }));
}
