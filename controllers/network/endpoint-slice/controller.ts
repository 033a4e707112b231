import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { createPace, serviceHandler, servicePodHandler } from '../../_shared/service-pods/handlers.ts';
import { isHeadless, podsOf, selectsPods } from '../../_shared/service-pods/membership.ts';
import { createTriggerTimes } from '../../_shared/service-pods/trigger-times.ts';
import { applySlices, manageSlices } from './apply.ts';
import { familiesOf, planSlices, sliceLabels } from './plan.ts';
import { podEndpoints } from './pod-endpoints.ts';
import { followZones } from './zone-hints.ts';

/** The manager's name in the slices' labels: upstream's at home, one that upstream leaves alone for services of another group. */
const managerOf = ({ group }: Kind): string => `endpointslice-controller.${group === '' ? 'k8s.io' : group}`;

/** A pod's node may reach the cache after the pod. */
const NODE_SHOWS_UP_MS = 1000;

export interface EndpointSliceKinds {
  readonly services: Kind<Service>;
  readonly pods: Kind<Pod>;
  readonly nodes: Kind<Node>;
  readonly endpointSlices: Kind<EndpointSlice>;
}

/** Keeps the EndpointSlices of services that select pods. Those of a service that is gone go with it: they are its dependents. */
export function endpointSliceController(kinds: EndpointSliceKinds): ControllerDefinition {
  return {
    name: 'endpointslice-controller',
    component: 'endpoint-slice-controller',
    concurrency: 5,
    setup(env) {
      const services = env.informers.of(kinds.services);
      const pods = env.informers.of(kinds.pods);
      const nodes = env.informers.of(kinds.nodes);
      const slices = env.informers.of(kinds.endpointSlices);
      const pace = createPace();
      const triggers = createTriggerTimes();
      const zones = followZones(env, nodes);
      const expectations = createExpectations(env.clock);
      services.on(serviceHandler(env));
      pods.on(servicePodHandler(env, services, pace));
      const managerName = managerOf(kinds.services);
      const managed = manageSlices(slices, managerName, expectations, (key) => services.get(key) && env.enqueue(key));
      return {
        needs: [services, pods, nodes, slices],
        async reconcile(key) {
          const text = keyText(key);
          const service = services.get(key);
          if (service === undefined) {
            pace.forget(text);
            triggers.forget(text);
            zones.forget(text);
            expectations.forget(text);
            return DONE;
          }
          if (!selectsPods(service)) return DONE;
          // The cache lags behind our own writes: what it lacks would be made twice.
          if (!expectations.satisfied(text)) return { requeueAfterMs: 10 };
          const members = podsOf(service, pods);
          pace.set(text, members.length);
          const { groups, nodeless } = podEndpoints(service, members, (name) => nodes.get({ namespace: '', name }));
          const frame = {
            name: key.name,
            namespace: key.namespace,
            labels: sliceLabels(service.metadata.labels, key.name, managerName, isHeadless(service)),
            owner: controllerRefTo(kinds.services, service),
            trigger: triggers.next(service, members),
            // What is made now would go at once with the service that owns it.
            closing: isDeleting(service),
          };
          const plan = planSlices(frame, familiesOf(service), zones.apply(service, groups), managed.of(key.namespace, key.name));
          await applySlices(env, kinds.endpointSlices, text, service, plan, expectations);
          return nodeless ? { requeueAfterMs: NODE_SHOWS_UP_MS } : DONE;
        },
      };
    },
  };
}
