import type { ConceptService } from '../../../api/concepts/service.ts';
import type { Kind } from '../../../api/definition/kind.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import { timeText } from '../../../base/clock.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { controllerOf, controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { isNamespaceTerminating, unlessGone } from '../../_shared/refusals.ts';
import { FINALIZER } from '../service/plan.ts';
import type { Outcome } from './plan.ts';
import { backingService, backs, isApplied, newFault, serviceStatus, updatedService } from './plan.ts';

export interface BackingServiceKinds {
  readonly services: Kind<ConceptService>;
  readonly coreServices: Kind<Service>;
}

/** A refusal of the core Service is tried again after this long: a node port may be free by then. */
const REFUSED_MS = 30_000;

const digestOf = (text: string): string => sha256Hex(text).slice(0, 16);

/**
 * Keeps a core Service behind each Service of skiff.dev, of the same name and without a selector: the cluster gives it addresses and ports and
 * carries its traffic, the EndpointSlices are skiff's. It goes with its owner by garbage collection. A core Service that somebody else made is
 * never written to.
 */
export function backingServiceController(kinds: BackingServiceKinds): ControllerDefinition {
  return {
    name: 'backing-service-controller',
    component: 'service-controller',
    concurrency: 5,
    for: kinds.services,
    watches: [
      watched(kinds.coreServices, { map: (core, { informers }) => (informers.of(kinds.services).get(keyOf(core)) ? keyOf(core) : undefined) }),
    ],
    reconcile: (env) => {
      const services = env.informers.of(kinds.services);
      const coreServices = env.informers.of(kinds.coreServices);
      return async (key) => {
        const service = services.get(key);
        if (service === undefined) return DONE;
        if (service.metadata.finalizers?.includes(FINALIZER)) await letGo(env, kinds.services, service);
        if (isDeleting(service)) return DONE;
        const { core, outcome } = await ensure(env, kinds, service, coreServices.get(key));
        await report(env, kinds.services, service, core, outcome);
        return outcome.reason === 'Refused' ? { requeueAfterMs: REFUSED_MS } : DONE;
      };
    },
  };
}

/** Takes off the finalizer that an older version has set: nothing is to be taken down, and it would outlive an uninstalled controller. */
async function letGo({ client }: ControllerEnv, kind: Kind<ConceptService>, { metadata }: Live<ConceptService>): Promise<void> {
  const { uid, resourceVersion, finalizers = [] } = metadata;
  const body = { metadata: { uid, resourceVersion, finalizers: finalizers.filter((name) => name !== FINALIZER) } };
  await unlessGone(client.patch(kind, keyOf({ metadata }), { type: 'merge', body }));
}

interface Ensured {
  /** The core Service behind the Service; undefined if there is none. */
  readonly core: Live<Service> | undefined;
  readonly outcome: Outcome;
}

/** Creates the core Service, or updates it unless it is as it should be. */
async function ensure(
  env: ControllerEnv,
  kinds: BackingServiceKinds,
  service: Live<ConceptService>,
  known: Live<Service> | undefined,
): Promise<Ensured> {
  if (known && !backs(known, service)) return { core: undefined, outcome: { reason: 'NameTaken', by: controllerOf(known) } };
  const wanted = backingService(service, controllerRefTo(kinds.services, service), digestOf);
  if (known && isApplied(known, wanted)) return { core: known, outcome: { reason: 'InSync' } };
  try {
    const write = known ? env.client.update(kinds.coreServices, updatedService(known, wanted)) : env.client.create(kinds.coreServices, wanted);
    return { core: await write, outcome: { reason: 'InSync' } };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { core: known, outcome: { reason: 'Refused', message: error.message } };
  }
}

/** Whether the server refuses the Service as it is: trying again at once helps nobody. A terminating namespace ends the Service too. */
const isRefusal = (error: unknown): error is StatusError =>
  error instanceof StatusError && (error.reason === 'Invalid' || error.reason === 'Forbidden') && !isNamespaceTerminating(error);

async function report(
  env: ControllerEnv,
  kind: Kind<ConceptService>,
  service: Live<ConceptService>,
  core: Live<Service> | undefined,
  outcome: Outcome,
) {
  const status = serviceStatus(service, core, outcome, timeText(env.clock.now()));
  const fault = newFault(service.status, status);
  if (semanticallyEqual(service.status, status)) return;
  await unlessGone(env.client.update(kind, { ...service, status }, { subresource: 'status' }));
  if (fault) env.recorder.event(service, 'Warning', fault.reason, fault.message);
}
