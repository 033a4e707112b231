import type { Kind } from '../../../api/definition/kind.ts';
import type { IPAddress } from '../../../api/kinds/networking/ip-address.ts';
import type { ServiceCIDR } from '../../../api/kinds/networking/service-cidr.ts';
import { SERVICE_CIDR_FINALIZER } from '../../../api/kinds/networking/service-cidr.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isNotFound } from '../../../api/meta/status-error.ts';
import { timeText } from '../../../base/clock.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { ReadyCondition } from './plan.ts';
import { holds, isManaged, overlap, plan } from './plan.ts';

const NAME = 'service-cidr-controller';

export interface ServiceCidrKinds {
  readonly serviceCidrs: Kind<ServiceCIDR>;
  readonly ipAddresses: Kind<IPAddress>;
}

const isTerminating = ({ metadata }: Live<ServiceCIDR>): boolean => metadata.deletionTimestamp !== undefined;

/** Marks ServiceCIDRs ready, and keeps terminating ones until no cluster IP would be without a range. */
export function serviceCidrController(kinds: ServiceCidrKinds): ControllerDefinition {
  return {
    name: NAME,
    component: NAME,
    concurrency: 5,
    setup(env) {
      const serviceCidrs = env.informers.of(kinds.serviceCidrs);
      const addresses = env.informers.of(kinds.ipAddresses);
      // Addresses and other ranges matter to terminating ones only: there are few, if any.
      const terminating = () => serviceCidrs.list().filter(isTerminating);
      return {
        for: kinds.serviceCidrs,
        watches: [
          watched(kinds.serviceCidrs, { map: (object) => terminating().flatMap((other) => (overlap(object, other) ? keyOf(other) : [])) }),
          watched(kinds.ipAddresses, {
            when: { create: isManaged, delete: isManaged },
            map: ({ metadata }) => terminating().flatMap((object) => (holds(object, metadata.name) ? keyOf(object) : [])),
          }),
        ],
        async reconcile(key) {
          const object = serviceCidrs.get(key);
          if (!object) return DONE;
          const observed = { object, serviceCidrs: serviceCidrs.list(), addresses: () => addresses.list(), now: env.clock.now() };
          return apply(env, kinds.serviceCidrs, object, plan(observed));
        },
      };
    },
  };
}

async function apply(env: ControllerEnv, kind: Kind<ServiceCIDR>, object: Live<ServiceCIDR>, action: ReturnType<typeof plan>): Promise<Result> {
  switch (action.kind) {
    case 'nothing':
      return DONE;
    case 'wait':
      return { requeueAfterMs: action.ms };
    case 'block':
      if (action.condition) await applyStatus(env, kind, object, action.condition);
      return DONE;
    case 'let go': {
      const body = { metadata: { uid: object.metadata.uid, '$deleteFromPrimitiveList/finalizers': [SERVICE_CIDR_FINALIZER] } };
      await orGone(env.client.patch(kind, keyOf(object), { type: 'strategic', body }));
      return DONE;
    }
    case 'prepare':
      if (action.addFinalizer) {
        const body = { metadata: { uid: object.metadata.uid, finalizers: [SERVICE_CIDR_FINALIZER] } };
        await orGone(env.client.patch(kind, keyOf(object), { type: 'strategic', body }));
      }
      if (action.condition) await markReady(env, kind, object, action.condition);
      return DONE;
  }
}

async function markReady(env: ControllerEnv, kind: Kind<ServiceCIDR>, object: Live<ServiceCIDR>, condition: ReadyCondition): Promise<void> {
  try {
    await applyStatus(env, kind, object, condition);
  } catch (error) {
    const typed = { ...object, apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' };
    env.recorder.event(typed, 'Warning', 'KubernetesServiceCIDRError', 'The ServiceCIDR Status can not be set to Ready=True');
    throw error;
  }
}

async function applyStatus({ client, clock }: ControllerEnv, kind: Kind<ServiceCIDR>, object: Live<ServiceCIDR>, condition: ReadyCondition) {
  const { name, uid } = object.metadata;
  const conditions = [{ ...condition, lastTransitionTime: timeText(clock.now()) }];
  const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name, uid }, status: { conditions } };
  await client.patch(kind, keyOf(object), { type: 'apply', body, force: true }, { subresource: 'status', fieldManager: NAME });
}

async function orGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
