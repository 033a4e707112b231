import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition, Reconcile } from '../../../runtime/control/controller.ts';
import { controllerOf, controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import type { Watched } from '../../../runtime/control/watched.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { isHeadless, podsOf, selectsPods } from '../../_shared/service-pods/membership.ts';
import type { Pace } from '../../_shared/service-pods/pace.ts';
import { createPace } from '../../_shared/service-pods/pace.ts';
import { selectedPods } from '../../_shared/service-pods/selected-pods.ts';
import type { TriggerTimes } from '../../_shared/service-pods/trigger-times.ts';
import { createTriggerTimes } from '../../_shared/service-pods/trigger-times.ts';
import { applySlices } from './apply.ts';
import type { ManagedSlices } from './managed-slices.ts';
import { manageSlices } from './managed-slices.ts';
import type { SliceMetrics } from './metrics.ts';
import { sliceMetrics } from './metrics.ts';
import type { SlicePlan } from './plan.ts';
import { familiesOf, planSlices, sliceLabels } from './plan.ts';
import { podEndpoints } from './pod-endpoints.ts';
import type { ZoneHints } from './zone-hints.ts';
import { followZones } from './zone-hints.ts';

/** Returns the manager's name in the slices' labels: upstream's at home, one that upstream leaves alone for services of another group. */
const managerOf = ({ group }: Kind): string => `endpointslice-controller.${group === '' ? 'k8s.io' : group}`;

/** A pod's node may reach the cache after the pod. */
const NODE_SHOWS_UP_MS = 1000;

export interface EndpointSliceKinds {
  readonly services: Kind<Service>;
  readonly pods: Kind<Pod>;
  readonly nodes: Kind<Node>;
  readonly endpointSlices: Kind<EndpointSlice>;
}

/** The relation of services of another group to the core services that carry their traffic. */
export interface Carriers {
  readonly kind: Kind<Service>;
  /** Whether the core Service of the same name stands behind the service: slices for somebody else's would lead its clients astray. */
  backs(carrier: Live<Service>, service: Live<Service>): boolean;
}

/** Keeps the EndpointSlices of services that select pods. Those of a deleted service are deleted with it, as its dependents. */
export function endpointSliceController(kinds: EndpointSliceKinds, carriers?: Carriers): ControllerDefinition {
  return {
    name: 'endpointslice-controller',
    component: 'endpoint-slice-controller',
    concurrency: 5,
    setup(env) {
      const services = env.informers.of(kinds.services);
      const nodes = env.informers.of(kinds.nodes);
      const expectations = createExpectations(env.clock);
      const pace = createPace();
      const slices = manageSlices(env, {
        kind: kinds.endpointSlices,
        managedBy: managerOf(kinds.services),
        expectations,
        serves: (key) => services.get(key) !== undefined,
      });
      const metrics = sliceMetrics(env.registry, slices.count);
      return {
        for: kinds.services,
        watches: [selectedPods(kinds.pods, services, pace), slices.watched, ...(carriers ? [watchedCarriers(carriers, services)] : [])],
        indexes: [slices.indexed],
        needs: [nodes],
        reconcile: createReconcile(env, kinds, carriers, {
          slices,
          expectations,
          pace,
          zones: followZones(env, nodes),
          triggers: createTriggerTimes(),
          metrics,
        }),
      };
    },
  };
}

/** The controller's memory of the services it has reconciled. */
interface Memory {
  readonly slices: ManagedSlices;
  readonly expectations: Expectations;
  readonly pace: Pace;
  readonly zones: ZoneHints;
  readonly triggers: TriggerTimes;
  readonly metrics: SliceMetrics;
}

function createReconcile(
  env: ControllerEnv,
  kinds: EndpointSliceKinds,
  carriers: Carriers | undefined,
  { slices, expectations, pace, zones, triggers, metrics }: Memory,
): Reconcile {
  const services = env.informers.of(kinds.services);
  const pods = env.informers.of(kinds.pods);
  const nodes = env.informers.of(kinds.nodes);
  const managerName = managerOf(kinds.services);
  const carrierInformer = carriers && env.informers.of(carriers.kind);
  const apply = async (text: string, service: Live<Service>, plan: SlicePlan) => {
    try {
      await applySlices(env, kinds.endpointSlices, text, service, plan, expectations, metrics.changed);
      metrics.synced('success');
    } catch (error) {
      metrics.synced('error');
      throw error;
    }
  };
  return async (key) => {
    const text = keyText(key);
    const service = services.get(key);
    if (service === undefined) {
      for (const memory of [pace, triggers, zones, expectations]) memory.forget(text);
      return DONE;
    }
    if (!selectsPods(service)) return DONE;
    // The cache lags behind our own writes: slices that it lacks would be created twice.
    if (!expectations.satisfied(text)) {
      metrics.synced('stale');
      return { requeueAfterMs: 10 };
    }
    const carrier = carrierInformer?.get(key);
    if (carriers && !(carrier && carriers.backs(carrier, service))) {
      await apply(text, service, { create: [], update: [], remove: slices.of(key) });
      return DONE;
    }
    // The cluster chooses the families of the core Service.
    const carried = carrier ? { ...service, spec: { ...service.spec, ipFamilies: carrier.spec?.ipFamilies } } : service;
    const members = podsOf(service, pods);
    pace.set(text, members.length);
    const { groups, nodeless } = podEndpoints(carried, members, (name) => nodes.get({ namespace: '', name }));
    const frame = {
      name: key.name,
      namespace: key.namespace,
      labels: sliceLabels(service.metadata.labels, key.name, managerName, isHeadless(service)),
      owner: controllerRefTo(kinds.services, service),
      trigger: triggers.next(service, members),
      // Slices created now would be deleted at once with the service that owns them.
      closing: isDeleting(service),
    };
    const plan = planSlices(frame, familiesOf(carried), zones.apply(service, groups), slices.of(key));
    await apply(text, service, plan);
    return nodeless ? { requeueAfterMs: NODE_SHOWS_UP_MS } : DONE;
  };
}

/** Declares that a core Service that appears, goes or changes hands wakes the service of its name. */
function watchedCarriers({ kind }: Carriers, services: Informer<Service>): Watched {
  return watched(kind, {
    when: {
      create: true,
      update: (carrier, old) =>
        controllerOf(carrier)?.uid !== controllerOf(old)?.uid || !semanticallyEqual(carrier.spec?.ipFamilies, old.spec?.ipFamilies),
      delete: true,
    },
    map: (carrier) => (services.get(keyOf(carrier)) ? keyOf(carrier) : undefined),
  });
}
