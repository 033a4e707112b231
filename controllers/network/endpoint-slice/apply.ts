import type { Kind } from '../../../api/definition/kind.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isConflict } from '../../../api/meta/status-error.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import { isNamespaceTerminating, messageOf, unlessGone } from '../../_shared/refusals.ts';
import type { SliceMetrics } from './metrics.ts';
import type { SlicePlan } from './plan.ts';

/** Writes the plan: creations first and deletions last, so that no endpoint is missing in between. */
export async function applySlices(
  env: ControllerEnv,
  kind: Kind<EndpointSlice>,
  key: string,
  owner: KubeObject,
  plan: SlicePlan,
  expectations: Expectations,
  changed: SliceMetrics['changed'] = () => {},
): Promise<void> {
  if (plan.create.length > 0) expectations.expectCreations(key, plan.create.length);
  let unmade = plan.create.length;
  try {
    for (const slice of plan.create) {
      await env.client.create(kind, slice);
      unmade--;
      changed('create');
    }
    for (const slice of plan.update) {
      await env.client.update(kind, slice);
      changed('update');
    }
    for (const slice of plan.remove) {
      await unlessGone(env.client.delete(kind, keyOf(slice), { preconditions: { uid: slice.metadata.uid } }));
      changed('delete');
    }
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    if (isConflict(error)) throw error;
    env.recorder.event(owner, 'Warning', 'FailedToUpdateEndpointSlices', `Error updating Endpoint Slices for Service ${key}: ${messageOf(error)}`);
    throw error;
  } finally {
    for (; unmade > 0; unmade--) expectations.creationObserved(key);
  }
}
