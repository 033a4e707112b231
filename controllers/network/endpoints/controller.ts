import type { Kind } from '../../../api/definition/kind.ts';
import type { Endpoints } from '../../../api/kinds/core/endpoints.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isConflict } from '../../../api/meta/status-error.ts';
import type { ControllerDefinition, Reconcile } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { isNamespaceTerminating, messageOf, unlessGone } from '../../_shared/refusals.ts';
import { podsOf, selectsPods } from '../../_shared/service-pods/membership.ts';
import type { Pace } from '../../_shared/service-pods/pace.ts';
import { createPace } from '../../_shared/service-pods/pace.ts';
import { selectedPods } from '../../_shared/service-pods/selected-pods.ts';
import type { TriggerTimes } from '../../_shared/service-pods/trigger-times.ts';
import { createTriggerTimes } from '../../_shared/service-pods/trigger-times.ts';
import { MANAGED_BY, OUR_NAME, planEndpoints } from './plan.ts';

export interface EndpointsKinds {
  readonly services: Kind<Service>;
  readonly pods: Kind<Pod>;
  readonly endpoints: Kind<Endpoints>;
}

/** Keeps the Endpoints of services that select pods; leaves the others' alone. */
export function endpointsController(kinds: EndpointsKinds): ControllerDefinition {
  return {
    name: 'endpoints-controller',
    component: 'endpoint-controller',
    concurrency: 5,
    setup(env) {
      const services = env.informers.of(kinds.services);
      const pods = env.informers.of(kinds.pods);
      const endpoints = env.informers.of(kinds.endpoints);
      const pace = createPace();
      return {
        for: kinds.services,
        watches: [
          selectedPods(kinds.pods, services, pace),
          // Endpoints of a service that was deleted while nobody watched.
          watched(kinds.endpoints, { when: { create: (object, initial) => initial && isOurs(object) }, map: keyOf }),
          // A write that was planned from an older copy may be wrong in a way that the next plan, made from a copy as old, did not see.
          watched(kinds.endpoints, {
            when: { update: true, delete: true },
            map: (object) => services.get(keyOf(object)) && keyOf(object),
            moved: () => false,
            afterMs: pace.delayMs,
          }),
        ],
        reconcile: createReconcile({ env, kinds, services, pods, endpoints, pace, triggers: createTriggerTimes() }),
      };
    },
  };
}

const isOurs = ({ metadata }: Live<Endpoints>): boolean => metadata.labels?.[MANAGED_BY] === OUR_NAME;

interface Parts {
  readonly env: ControllerEnv;
  readonly kinds: EndpointsKinds;
  readonly services: Informer<Service>;
  readonly pods: Informer<Pod>;
  readonly endpoints: Informer<Endpoints>;
  readonly pace: Pace;
  readonly triggers: TriggerTimes;
}

function createReconcile({ env, kinds, services, pods, endpoints, pace, triggers }: Parts): Reconcile {
  return async (key) => {
    const service = services.get(key);
    const existing = endpoints.get(key);
    if (service === undefined) {
      pace.forget(keyText(key));
      triggers.forget(keyText(key));
      if (existing) await unlessGone(env.client.delete(kinds.endpoints, key, { preconditions: { uid: existing.metadata.uid } }));
      return DONE;
    }
    if (!selectsPods(service)) return DONE;
    const members = podsOf(service, pods);
    pace.set(keyText(key), members.length);
    const next = planEndpoints(service, members, existing, triggers.next(service, members));
    if (next === undefined) return DONE;
    try {
      if (existing) await env.client.update(kinds.endpoints, next);
      else await env.client.create(kinds.endpoints, next);
    } catch (error) {
      // Nothing can be created in a terminating namespace; its Endpoints are deleted with it.
      if (isNamespaceTerminating(error)) return DONE;
      if (isConflict(error)) throw error;
      const verb = existing ? 'Update' : 'Create';
      const message = `Failed to ${existing ? 'update endpoint' : 'create endpoint for service'} ${keyText(key)}: ${messageOf(error)}`;
      env.recorder.event({ apiVersion: 'v1', kind: 'Endpoints', ...next }, 'Warning', `FailedTo${verb}Endpoint`, message);
      throw error;
    }
    return DONE;
  };
}
