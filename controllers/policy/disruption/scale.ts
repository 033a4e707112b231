import type { Kind } from '../../../api/definition/kind.ts';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/index.ts';
import type { Scale } from '../../../api/kinds/autoscaling/scale.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ReplicationController } from '../../../api/kinds/core/replication-controller.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import { isNotFound } from '../../../api/meta/status-error.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { controllerOf, resolveController } from '../../../runtime/control/controller-ref.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

/** The controllers of pods, each with the number of pods that it wants. */
export interface ScaleSources {
  readonly client: Client;
  readonly deployments: Informer<Deployment>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly replicationControllers: Informer<ReplicationController>;
  readonly statefulSets: Informer<StatefulSet>;
  /** Returns every kind that is served, in one version each. */
  readonly kinds: () => readonly Kind[];
}

export interface ExpectedScale {
  readonly total: number;
  /** Names of the pods without a controller: they count for nothing. */
  readonly unmanaged: readonly string[];
}

interface Scaled {
  readonly uid: string;
  readonly replicas: number;
}

type Replicated = KubeObject & { readonly spec?: { readonly replicas?: number | undefined } | undefined };

const scaledAs = (owner: Live<Replicated>): Scaled => ({ uid: owner.metadata.uid, replicas: owner.spec?.replicas ?? 1 });
const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');
const WORKLOADS = new Set(['apps', 'extensions']);

function resolve<T extends Replicated>(informer: Informer<T>, object: Live<KubeObject>): Scaled | undefined {
  const owner = resolveController(informer, object);
  return owner && scaledAs(owner);
}

/** Returns the ReplicaSet of a pod, or the Deployment that controls it. */
function scaledReplicaSet({ replicaSets, deployments }: ScaleSources, pod: Live<Pod>): Scaled | undefined {
  const replicaSet = resolveController(replicaSets, pod);
  if (!replicaSet) return undefined;
  const above = controllerOf(replicaSet);
  if (above?.kind !== 'Deployment') return scaledAs(replicaSet);
  return WORKLOADS.has(groupOf(above.apiVersion)) ? resolve(deployments, replicaSet) : undefined;
}

/** Finds a controller that an informer holds; a read of its scale is left to `scaleOf`. */
function observed(sources: ScaleSources, pod: Live<Pod>, { apiVersion, kind }: OwnerReference): Scaled | undefined {
  const group = groupOf(apiVersion);
  if (group === '' && kind === 'ReplicationController') return resolve(sources.replicationControllers, pod);
  if (group === 'apps' && kind === 'StatefulSet') return resolve(sources.statefulSets, pod);
  return WORKLOADS.has(group) && kind === 'ReplicaSet' ? scaledReplicaSet(sources, pod) : undefined;
}

/** Reads the scale of a controller of any kind; undefined if it is deleted. @throws Error if its kind is not served, or has no scale */
async function scaleOf({ client, kinds }: ScaleSources, namespace: string, ref: OwnerReference): Promise<Scaled | undefined> {
  const group = groupOf(ref.apiVersion);
  const kind = kinds().find((one) => one.group === group && one.kind === ref.kind);
  if (!kind) throw new Error(`no matches for kind "${ref.kind}" in version "${ref.apiVersion}"`);
  try {
    const { metadata, spec } = await client.getSubresource<Scale>(kind, { namespace, name: ref.name }, 'scale');
    return metadata?.uid === ref.uid ? { uid: ref.uid, replicas: spec?.replicas ?? 0 } : undefined;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // An answer that names no object is about the path: the kind has no such subresource.
    if (error.details?.name) return undefined;
    throw new Error(`${group === '' ? kind.plural : `${kind.plural}.${group}`} does not implement the scale subresource`);
  }
}

/** Adds up the scales of the controllers of these pods, each once. @throws Error if a controller or its scale cannot be found */
export async function expectedScale(sources: ScaleSources, pods: readonly Live<Pod>[]): Promise<ExpectedScale> {
  const scales = new Map<string, number>();
  const read = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const ref = controllerOf(pod);
    if (!ref) unmanaged.push(pod.metadata.name);
    else if (!read.has(ref.uid)) {
      read.add(ref.uid);
      const found = observed(sources, pod, ref) ?? (await scaleOf(sources, pod.metadata.namespace ?? '', ref));
      if (!found) throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
      scales.set(found.uid, found.replicas);
    }
  }
  return { total: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}
