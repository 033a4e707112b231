import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { LoadBalancerIngress, Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
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

const serviceOf = (slice: Live<EndpointSlice>): ObjectKey => ({
  namespace: slice.metadata.namespace ?? '',
  name: slice.metadata.labels?.[SERVICE_NAME] ?? '',
});

const isProtected = (service: Service): boolean => service.metadata?.finalizers?.includes(FINALIZER) ?? false;

/** Gives services of type LoadBalancer the nodes' addresses, as there is no cloud to ask; removes them when the type changes. */
export function serviceLoadBalancerController(kinds: LoadBalancerKinds): ControllerDefinition {
  /** Whether a service has a load balancer, or had one that is to be taken down. */
  const concerns = (service: Service): boolean => wantsLoadBalancer(service) || isProtected(service);
  return {
    name: 'service-lb-controller',
    component: 'service-controller',
    concurrency: 1,
    for: primary(kinds.services, { when: { create: concerns, update: concerns } }),
    watches: [
      watched(kinds.nodes, {
        when: { create: true, update: reachedOtherwise, delete: true },
        map: (_, { informers }) => informers.of(kinds.services).list().filter(concerns).map(keyOf),
        moved: () => false,
        priority: 'normal',
      }),
      watched(kinds.endpointSlices, {
        map(slice, { informers }) {
          const service = informers.of(kinds.services).get(serviceOf(slice));
          return service && wantsLoadBalancer(service) && service.spec?.externalTrafficPolicy === 'Local' ? keyOf(service) : undefined;
        },
        priority: 'normal',
      }),
    ],
    indexes: [indexed(kinds.endpointSlices, (slices) => slices.addIndex(SLICES_BY_SERVICE, (slice) => [keyText(serviceOf(slice))]))],
    reconcile: (env) => {
      const services = env.informers.of(kinds.services);
      const nodes = env.informers.of(kinds.nodes);
      const slices = env.informers.of(kinds.endpointSlices);
      return async (key) => {
        const service = services.get(key);
        if (service === undefined || !concerns(service)) return DONE;
        if (!wantsLoadBalancer(service)) return release(env, kinds.services, service);
        const nodesWithEndpoints = new Set(slices.byIndex(SLICES_BY_SERVICE, keyText(key)).flatMap(readyNodes));
        const ingress = planIngress(service, nodes.list(), nodesWithEndpoints);
        return ensure(env, kinds.services, service, ingress);
      };
    },
  };
}

const reachedOtherwise = (node: Live<Node>, old: Live<Node>): boolean =>
  takesTraffic(node) !== takesTraffic(old) || !semanticallyEqual(node.status?.addresses, old.status?.addresses);

const readyNodes = (slice: Live<EndpointSlice>): string[] =>
  (slice.endpoints ?? []).flatMap(({ conditions, nodeName }) => (conditions?.ready && nodeName ? [nodeName] : []));

/** Replaces the finalizers through the status, which is all that upstream's role lets this controller write. */
function patchFinalizers(env: ControllerEnv, kind: Kind<Service>, service: Live<Service>, finalizers: readonly string[]) {
  const { uid, resourceVersion } = service.metadata;
  const body = { metadata: { uid, resourceVersion, finalizers } };
  return env.client.patch(kind, keyOf(service), { type: 'merge', body }, { subresource: 'status' });
}

async function ensure(env: ControllerEnv, kind: Kind<Service>, service: Live<Service>, ingress: readonly LoadBalancerIngress[]) {
  let current = service;
  const changed = !semanticallyEqual(service.status?.loadBalancer?.ingress ?? [], ingress);
  if (!changed && isProtected(service)) return DONE;
  if (isProtected(service) && (service.status?.loadBalancer?.ingress ?? []).length > 0) return moveTo(env, kind, service, ingress);
  env.recorder.event(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
  if (!isProtected(service)) current = await patchFinalizers(env, kind, service, [...(service.metadata.finalizers ?? []), FINALIZER]);
  if (changed)
    await env.client.update(kind, { ...current, status: { ...current.status, loadBalancer: { ingress: [...ingress] } } }, { subresource: 'status' });
  env.recorder.event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  return DONE;
}

/** Updates a load balancer that leads to other nodes than before. */
async function moveTo(env: ControllerEnv, kind: Kind<Service>, service: Live<Service>, ingress: readonly LoadBalancerIngress[]) {
  await env.client.update(kind, { ...service, status: { ...service.status, loadBalancer: { ingress: [...ingress] } } }, { subresource: 'status' });
  if (ingress.length > 0) env.recorder.event(service, 'Normal', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts');
  else env.recorder.event(service, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
  return DONE;
}

/** Takes the load balancer down: the service is terminating, or has another type by now. */
async function release(env: ControllerEnv, kind: Kind<Service>, service: Live<Service>) {
  env.recorder.event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
  let current = service;
  if ((service.status?.loadBalancer?.ingress ?? []).length > 0) {
    current = await env.client.update(kind, { ...service, status: { ...service.status, loadBalancer: {} } }, { subresource: 'status' });
  }
  if (isProtected(service)) {
    const finalizers = (current.metadata.finalizers ?? []).filter((name) => name !== FINALIZER);
    await unlessGone(patchFinalizers(env, kind, current, finalizers));
  }
  env.recorder.event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  return DONE;
}
