import type { Kind } from '../../../api/definition/kind.ts';
import type { Endpoints } from '../../../api/kinds/core/endpoints.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition, Reconcile } from '../../../runtime/control/controller.ts';
import { controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { TRIGGER_TIME } from '../../_shared/service-pods/trigger-times.ts';
import { applySlices } from '../endpoint-slice/apply.ts';
import type { ManagedSlices } from '../endpoint-slice/managed-slices.ts';
import { manageSlices } from '../endpoint-slice/managed-slices.ts';
import { planSlices, sliceLabels } from '../endpoint-slice/plan.ts';
import { isMirrored, mirrored, mirroredAnnotations, PER_SUBSET, skippedAddresses } from './plan.ts';

const OUR_NAME = 'endpointslicemirroring-controller.k8s.io';

export interface MirroringKinds {
  readonly services: Kind<Service>;
  readonly endpoints: Kind<Endpoints>;
  readonly endpointSlices: Kind<EndpointSlice>;
}

const selectsNothing = (service: Live<Service>): boolean => service.spec?.selector === undefined;

/** Mirrors the Endpoints of services without a selector into EndpointSlices, which is what proxies and DNS read. */
export function endpointSliceMirroringController(kinds: MirroringKinds): ControllerDefinition {
  return {
    name: 'endpointslice-mirroring-controller',
    component: 'endpoint-slice-mirroring-controller',
    concurrency: 5,
    setup(env) {
      const services = env.informers.of(kinds.services);
      const expectations = createExpectations(env.clock);
      const slices = manageSlices(env, { kind: kinds.endpointSlices, managedBy: OUR_NAME, expectations });
      return {
        // Endpoints that another controller makes are never ours, however often they change.
        for: primary(kinds.endpoints, { when: (object) => services.get(keyOf(object))?.spec?.selector === undefined }),
        watches: [
          watched(kinds.services, { when: { create: selectsNothing }, map: keyOf, priority: 'low' }),
          watched(kinds.services, {
            when: { update: (service, old) => selectsNothing(service) !== selectsNothing(old), delete: selectsNothing },
            map: keyOf,
          }),
          slices.watched,
        ],
        indexes: [slices.indexed],
        reconcile: createReconcile(env, kinds, slices, expectations),
      };
    },
  };
}

function createReconcile(env: ControllerEnv, kinds: MirroringKinds, slices: ManagedSlices, expectations: Expectations): Reconcile {
  const services = env.informers.of(kinds.services);
  const endpoints = env.informers.of(kinds.endpoints);
  return async (key) => {
    const text = keyText(key);
    const source = endpoints.get(key);
    const existing = slices.of(key);
    if (source === undefined || !isMirrored(source, services.get(key))) {
      const owner = source ?? { apiVersion: 'v1', kind: 'Endpoints', metadata: { ...key } };
      await applySlices(env, kinds.endpointSlices, text, owner, { create: [], update: [], remove: existing }, expectations);
      expectations.forget(text);
      return DONE;
    }
    if (!expectations.satisfied(text)) return { requeueAfterMs: 10 };
    const frame = {
      name: key.name,
      namespace: key.namespace,
      labels: sliceLabels(source.metadata.labels, key.name, OUR_NAME, false),
      owner: controllerRefTo(kinds.endpoints, source),
      trigger: source.metadata.annotations?.[TRIGGER_TIME],
      annotations: mirroredAnnotations(source),
    };
    const skipped = skippedAddresses(source);
    if (skipped > 0) {
      const message = `A max of ${PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
      env.recorder.event({ apiVersion: 'v1', kind: 'Endpoints', ...source }, 'Warning', 'TooManyAddressesToMirror', message);
    }
    // Unlike a service's own, mirrored Endpoints without addresses have no empty slice.
    const plan = planSlices(frame, [], mirrored(source), existing);
    await applySlices(env, kinds.endpointSlices, text, source, plan, expectations);
    return DONE;
  };
}
