import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service, ServicePort } from '../../../api/kinds/core/service/index.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ContainerPort } from '../../../api/pod/container/container.ts';
import { hasMembers } from '../../../base/json/long-values.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { isReady, isTerminal, sameText } from '../pod-state.ts';

/** A port of a service, resolved on a pod. */
export interface ResolvedPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';

/**
 * Returns the service's selector in the form of other kinds; undefined if it has none. An empty one is none: Go's `omitempty` leaves it out
 * of what is stored, and it must not take all pods of the namespace where it gets through.
 */
export function selectorOf({ spec }: Service): LabelSelector | undefined {
  return spec?.selector && hasMembers(spec.selector) ? { matchLabels: spec.selector } : undefined;
}

/** Whether a service's endpoints are written by controllers: it selects pods, and is no ExternalName. */
export const selectsPods = (service: Service): boolean => service.spec?.type !== 'ExternalName' && selectorOf(service) !== undefined;

/** Returns the pods that a service selects. */
export function podsOf(service: Live<Service>, pods: Informer<Pod>): readonly Live<Pod>[] {
  const selector = selectorOf(service);
  return selector ? pods.select(service.metadata.namespace ?? '', selector) : [];
}

/** Whether a pod belongs among a service's endpoints: it has an address and has not ended. */
export const isMember = (pod: Pod, includeTerminating: boolean): boolean =>
  !isTerminal(pod) && (pod.status?.podIP ?? '') !== '' && (includeTerminating || !isDeleting(pod));

/** Returns the pod's DNS name under the service, if it has one. */
export const hostnameIn = (pod: Pod, service: Service): string | undefined =>
  pod.spec?.hostname && pod.spec.subdomain === service.metadata?.name ? pod.spec.hostname : undefined;

function portNumber(pod: Pod, { targetPort, port, protocol }: ServicePort): number | undefined {
  if (targetPort === undefined || targetPort === 0 || targetPort === '') return port;
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  const matches = (candidate: ContainerPort) => candidate.name === targetPort && (candidate.protocol ?? 'TCP') === (protocol ?? 'TCP');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = container.ports?.find(matches);
    if (found) return found.containerPort;
  }
  return undefined;
}

/** Returns the service's ports on this pod, in the service's order, without those whose name the pod does not have. */
export function portsOn(pod: Pod, service: Service): ResolvedPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = portNumber(pod, port);
    if (number === undefined) return [];
    const { name, appProtocol, protocol = 'TCP' } = port;
    return [{ ...(name ? { name } : {}), port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

/** Whether a change of a pod affects its endpoints. */
export function endpointChanged(pod: Live<Pod>, old: Live<Pod>): boolean {
  return (
    pod.metadata.uid !== old.metadata.uid ||
    isDeleting(pod) !== isDeleting(old) ||
    isReady(pod) !== isReady(old) ||
    isTerminal(pod) !== isTerminal(old) ||
    pod.status?.podIP !== old.status?.podIP ||
    (pod.status?.podIPs ?? []).length !== (old.status?.podIPs ?? []).length ||
    pod.spec?.nodeName !== old.spec?.nodeName ||
    !sameText(pod.metadata.labels, old.metadata.labels)
  );
}
