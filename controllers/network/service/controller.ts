import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { SERVICE_NAME } from '../endpoint-slice/plan.ts';
import { FINALIZER, planIngress, takesTraffic, wantsLoadBalancer } from './plan.ts';

export interface LoadBalancerKinds {
  readonly services: Kind<Service>;
  readonly nodes: Kind<Node>;
  readonly endpointSlices: Kind<EndpointSlice>;
}

const SLICES_BY_SERVICE = 'load-balancer-service';

/** Gives services of type LoadBalancer the nodes' addresses, as there is no cloud to ask; takes them away when the type changes. */
export function serviceLoadBalancerController(kinds: LoadBalancerKinds): ControllerDefinition {
  return {
    name: 'service-lb-controller',
    component: 'service-controller',
    concurrency: 1,
    setup(env) {
      const services = env.informers.of(kinds.services);
      const nodes = env.informers.of(kinds.nodes);
      const slices = env.informers.of(kinds.endpointSlices);
      const nameOf = (slice: Live<EndpointSlice>) => ({
        namespace: slice.metadata.namespace ?? '',
        name: slice.metadata.labels?.[SERVICE_NAME] ?? '',
      });
      slices.addIndex(SLICES_BY_SERVICE, (slice) => [keyText(nameOf(slice))]);
      const concerns = (service: Service) => wantsLoadBalancer(service) || (service.metadata?.finalizers?.includes(FINALIZER) ?? false);
      const wakeAll = () => {
        for (const service of services.list()) if (concerns(service)) env.enqueue(keyOf(service));
      };
      services.on({
        add: (service, initial) => {
          if (concerns(service)) env.enqueue(keyOf(service), { priority: initial ? 'low' : 'normal' });
        },
        update: (service) => {
          if (concerns(service)) env.enqueue(keyOf(service));
        },
      });
      nodes.on({
        add: wakeAll,
        update: (node, old) => {
          if (takesTraffic(node) !== takesTraffic(old) || !semanticallyEqual(node.status?.addresses, old.status?.addresses)) wakeAll();
        },
        delete: wakeAll,
      });
      const wakeLocal = (slice: Live<EndpointSlice>) => {
        const service = services.get(nameOf(slice));
        if (service && wantsLoadBalancer(service) && service.spec?.externalTrafficPolicy === 'Local') env.enqueue(keyOf(service));
      };
      slices.on({ add: wakeLocal, update: wakeLocal, delete: wakeLocal });

      return {
        needs: [services, nodes, slices],
        async reconcile(key) {
          const service = services.get(key);
          if (service === undefined || !concerns(service)) return DONE;
          if (!wantsLoadBalancer(service)) return release(env, kinds.services, service);
          const nodesWithEndpoints = new Set(
            slices
              .byIndex(SLICES_BY_SERVICE, keyText(key))
              .flatMap((slice) => (slice.endpoints ?? []).flatMap(({ conditions, nodeName }) => (conditions?.ready && nodeName ? [nodeName] : []))),
          );
          const ingress = planIngress(service, nodes.list(), nodesWithEndpoints);
          return ensure(env, kinds.services, service, ingress);
        },
      };
    },
  };
}

const finalizersPatch = (service: Live<Service>, finalizers: readonly string[]) => {
  const { uid, resourceVersion } = service.metadata;
  return { type: 'merge', body: { metadata: { uid, resourceVersion, finalizers } } } as const;
};

async function ensure(env: ControllerEnv, kind: Kind<Service>, service: Live<Service>, ingress: object[]) {
  let current = service;
  const finalizers = service.metadata.finalizers ?? [];
  const changed = !semanticallyEqual(service.status?.loadBalancer?.ingress, ingress);
  if (!changed && finalizers.includes(FINALIZER)) return DONE;
  if (finalizers.includes(FINALIZER) && (service.status?.loadBalancer?.ingress ?? []).length > 0) return moveTo(env, kind, service, ingress);
  env.recorder.event(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
  if (!finalizers.includes(FINALIZER)) current = await env.client.patch(kind, keyOf(service), finalizersPatch(service, [...finalizers, FINALIZER]));
  if (changed) await env.client.update(kind, { ...current, status: { ...current.status, loadBalancer: { ingress } } }, { subresource: 'status' });
  env.recorder.event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  return DONE;
}

/** It is there, and leads to other nodes from now on. */
async function moveTo(env: ControllerEnv, kind: Kind<Service>, service: Live<Service>, ingress: object[]) {
  await env.client.update(kind, { ...service, status: { ...service.status, loadBalancer: { ingress } } }, { subresource: 'status' });
  if (ingress.length > 0) env.recorder.event(service, 'Normal', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts');
  else env.recorder.event(service, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
  return DONE;
}

/** The service is being deleted, or is no load balancer any more: nothing of it may be left. */
async function release(env: ControllerEnv, kind: Kind<Service>, service: Live<Service>) {
  env.recorder.event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
  let current = service;
  if ((service.status?.loadBalancer?.ingress ?? []).length > 0) {
    current = await env.client.update(kind, { ...service, status: { ...service.status, loadBalancer: {} } }, { subresource: 'status' });
  }
  const finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  await unlessGone(env.client.patch(kind, keyOf(current), finalizersPatch(current, finalizers)));
  env.recorder.event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  return DONE;
}
