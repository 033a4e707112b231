import type { Kind } from '../../../api/definition/kind.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isConflict } from '../../../api/meta/status-error.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { isNamespaceTerminating, messageOf, unlessGone } from '../../_shared/refusals.ts';
import type { SlicePlan } from './plan.ts';
import { MANAGED_BY, SERVICE_NAME } from './plan.ts';

/** The slices one controller writes, found by the service they belong to. */
export interface ManagedSlices {
  of(namespace: string, serviceName: string): readonly Live<EndpointSlice>[];
}

/** Indexes the slices of one manager by service, and reports their creation to `expectations` under the service's key. */
export function manageSlices(
  slices: Informer<EndpointSlice>,
  managedBy: string,
  expectations: Expectations,
  wake: (key: { namespace: string; name: string }) => void,
): ManagedSlices {
  const keyFor = (slice: Live<EndpointSlice>) => {
    const { labels, namespace = '' } = slice.metadata;
    const name = labels?.[SERVICE_NAME];
    return name !== undefined && labels?.[MANAGED_BY] === managedBy ? { namespace, name } : undefined;
  };
  const index = `service/${managedBy}`;
  slices.addIndex(index, (slice) => {
    const key = keyFor(slice);
    return key ? [keyText(key)] : [];
  });
  slices.on({
    add(slice) {
      const key = keyFor(slice);
      if (!key) return;
      // One that nobody here made may be one too many.
      if (expectations.satisfied(keyText(key))) wake(key);
      else expectations.creationObserved(keyText(key));
    },
    update(slice, old) {
      const now = keyFor(slice);
      const before = keyFor(old);
      for (const key of [before, now]) if (key && (before?.name !== now?.name || slice.metadata.generation !== old.metadata.generation)) wake(key);
    },
    delete(slice) {
      const key = keyFor(slice);
      if (key) wake(key);
    },
  });
  return { of: (namespace, name) => slices.byIndex(index, keyText({ namespace, name })) };
}

/** Writes the plan: new slices first, so that no endpoint is missing in between; what goes goes last. */
export async function applySlices(
  env: ControllerEnv,
  kind: Kind<EndpointSlice>,
  key: string,
  owner: KubeObject,
  plan: SlicePlan,
  expectations: Expectations,
): Promise<void> {
  if (plan.create.length > 0) expectations.expectCreations(key, plan.create.length);
  let unmade = plan.create.length;
  try {
    for (const slice of plan.create) {
      await env.client.create(kind, slice);
      unmade--;
    }
    for (const slice of plan.update) await env.client.update(kind, slice);
    for (const slice of plan.remove) {
      await unlessGone(env.client.delete(kind, keyOf(slice), { preconditions: { uid: slice.metadata.uid } }));
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
