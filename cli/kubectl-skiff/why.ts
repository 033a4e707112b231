import type { Kind } from '../../api/definition/kind.ts';
import type { Event } from '../../api/kinds/core/event.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { EndpointSlice } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Scene } from './explanation.ts';
import { explain, explanationText } from './explanation.ts';
import { selectorText } from './history.ts';
import type { Session } from './session.ts';
import type { Target, Workload } from './workload.ts';

const kindOf = (group: string, kind: string, plural: string) => ({ group, version: 'v1', kind, plural, namespaced: true });
const pods: Kind<Pod> = kindOf('', 'Pod', 'pods');
const events: Kind<Event> = kindOf('', 'Event', 'events');
const endpointSlices: Kind<EndpointSlice> = kindOf('discovery.k8s.io', 'EndpointSlice', 'endpointslices');

/** Prints why an object is not where its spec says it should be. */
export async function printWhy(session: Session, target: Target): Promise<void> {
  const { client, namespace } = session;
  const { items: warnings } = await client.list(events, { namespace, fieldSelector: 'type=Warning' });
  session.print(explanationText(explain(await sceneOf(session, target, warnings))));
}

async function sceneOf(session: Session, target: Target, warnings: readonly Live<Event>[]): Promise<Scene> {
  const { client, namespace, clock } = session;
  const { kind, object } = target;
  const scene: Scene = { target, parts: [], pods: [], warnings, now: clock.now() };
  // A pod is its own and only pod.
  if (kind.kind === 'Pod') return { ...scene, pods: [await client.get(pods, { namespace, name: object.metadata.name ?? '' })] };
  const labelSelector = selectorText(object.spec?.selector);
  if (kind.kind === 'ResourceQuota' || !labelSelector) return scene;
  const isOwned = ({ metadata }: { metadata: Target['object']['metadata'] }) =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === object.metadata.uid) ?? false;
  if (kind.kind === 'Deployment') {
    const replicaSets: Kind<Workload> = { ...kind, kind: 'ReplicaSet', plural: 'replicasets' };
    const { items } = await client.list(replicaSets, { namespace, labelSelector });
    const active = items.filter((set) => isOwned(set) && ((set.spec?.replicas ?? 0) > 0 || (set.status?.replicas ?? 0) > 0));
    return { ...scene, parts: await Promise.all(active.map((set) => sceneOf(session, { kind: replicaSets, object: set }, warnings))) };
  }
  const selected = (await client.list(pods, { namespace, labelSelector })).items;
  if (kind.kind !== 'Service') return { ...scene, pods: selected.filter(isOwned) };
  const slices = await client.list(endpointSlices, { namespace, labelSelector: `kubernetes.io/service-name=${object.metadata.name}` });
  const endpoints = slices.items.flatMap((slice) => slice.endpoints ?? []);
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
  return { ...scene, pods: selected, endpoints: { ready, all: endpoints.length } };
}
