import type { Kind } from '../../../api/definition/kind.ts';
import type { EndpointAddress, Endpoints } from '../../../api/kinds/core/endpoints.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { TRIGGER_TIME } from '../../_shared/service-pods/trigger-times.ts';
import { applySlices, manageSlices } from '../endpoint-slice/apply.ts';
import type { SliceGroup } from '../endpoint-slice/plan.ts';
import { planSlices, sliceLabels } from '../endpoint-slice/plan.ts';

const OUR_NAME = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
/** Addresses of a subset beyond this are not mirrored. */
const PER_SUBSET = 1000;

export interface MirroringKinds {
  readonly services: Kind<Service>;
  readonly endpoints: Kind<Endpoints>;
  readonly endpointSlices: Kind<EndpointSlice>;
}

/** Endpoints that a user or another program keeps for a service without a selector. The API server's own come with their slice. */
export function isMirrored(endpoints: Endpoints, service: Service | undefined): boolean {
  const { name, namespace, labels, annotations } = endpoints.metadata ?? {};
  if (namespace === 'default' && name === 'kubernetes') return false;
  if (labels?.[SKIP] === 'true' || annotations?.[LEADER] !== undefined) return false;
  return service !== undefined && service.spec?.selector === undefined;
}

function endpointOf(address: EndpointAddress, ready: boolean): Endpoint {
  const { ip, hostname, nodeName, targetRef } = address;
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}

/** Annotations that are about the Endpoints themselves, or that each slice has of its own. */
const NOT_MIRRORED = new Set([TRIGGER_TIME, 'kubectl.kubernetes.io/last-applied-configuration']);

export const mirroredAnnotations = (endpoints: Endpoints): Record<string, string> =>
  Object.fromEntries(Object.entries(endpoints.metadata?.annotations ?? {}).filter(([key]) => !NOT_MIRRORED.has(key)));

/** Addresses beyond what a subset may have mirrored. */
export function skippedAddresses(endpoints: Endpoints): number {
  const counts = (endpoints.subsets ?? []).map(({ addresses = [], notReadyAddresses = [] }) => addresses.length + notReadyAddresses.length);
  return counts.reduce((sum, count) => sum + Math.max(0, count - PER_SUBSET), 0);
}

/** Subsets as slices hold them: by family and ports. */
export function mirrored(endpoints: Endpoints): SliceGroup[] {
  return (endpoints.subsets ?? []).flatMap((subset) => {
    const all = [
      ...(subset.addresses ?? []).map((address) => endpointOf(address, true)),
      ...(subset.notReadyAddresses ?? []).map((address) => endpointOf(address, false)),
    ].slice(0, PER_SUBSET);
    const ports = (subset.ports ?? []).map(({ name = '', ...port }) => ({ name, ...port }));
    return ['IPv4', 'IPv6'].map((addressType) => ({
      addressType,
      ports,
      endpoints: all.filter(({ addresses }) => addresses[0]?.includes(':') === (addressType === 'IPv6')),
    }));
  });
}

/** Mirrors the Endpoints of services without a selector into EndpointSlices, which is what proxies and DNS read. */
export function endpointSliceMirroringController(kinds: MirroringKinds): ControllerDefinition {
  return {
    name: 'endpointslice-mirroring-controller',
    component: 'endpoint-slice-mirroring-controller',
    concurrency: 5,
    setup(env) {
      const services = env.informers.of(kinds.services);
      const endpoints = env.informers.of(kinds.endpoints);
      const slices = env.informers.of(kinds.endpointSlices);
      const expectations = createExpectations(env.clock);
      const wake = (key: ObjectKey, initial = false) => env.enqueue(key, { priority: initial ? 'low' : 'normal' });
      const managed = manageSlices(slices, OUR_NAME, expectations, wake);
      // Endpoints that another controller makes are never ours, however often they change.
      const mayBeOurs = (object: Live<Endpoints>) => {
        const service = services.get(keyOf(object));
        return service?.spec?.selector === undefined;
      };
      endpoints.on({
        add: (object, initial) => {
          if (mayBeOurs(object)) wake(keyOf(object), initial);
        },
        update: (object) => {
          if (mayBeOurs(object)) wake(keyOf(object));
        },
        delete: (object) => {
          if (mayBeOurs(object)) wake(keyOf(object));
        },
      });
      services.on({
        add: (service) => {
          if (service.spec?.selector === undefined) wake(keyOf(service), true);
        },
        update: (service, old) => {
          if ((service.spec?.selector === undefined) !== (old.spec?.selector === undefined)) wake(keyOf(service));
        },
        delete: (service) => {
          if (service.spec?.selector === undefined) wake(keyOf(service));
        },
      });
      return {
        needs: [services, endpoints, slices],
        async reconcile(key) {
          const text = keyText(key);
          const source = endpoints.get(key);
          const existing = managed.of(key.namespace, key.name);
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
        },
      };
    },
  };
}
