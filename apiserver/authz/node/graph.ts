import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceSlice } from '../../../api/kinds/resource/resource-slice.ts';
import type { VolumeAttachment } from '../../../api/kinds/storage/volume-attachment.ts';
import type { Live } from '../../../api/meta/object.ts';
import { visitConfigMaps, visitSecrets } from '../../../api/pod/spec/object-references.ts';
import { MIRROR_POD } from '../../../api/pod/spec/pod-annotations-validation.ts';
import { claimOfVolume, visitResourceClaims, visitVolumeSecretKeys } from './references.ts';

/** The kinds of objects that nodes get rights to by what runs on them. */
export type VertexType = 'configmap' | 'pod' | 'pv' | 'pvc' | 'resourceclaim' | 'resourceslice' | 'secret' | 'serviceaccount' | 'volumeattachment';

/** An object that something on a node refers to, whether it exists or not. */
interface Vertex {
  readonly id: string;
  /** Nodes that it leads to at once, with the number of references (upstream's index of destination edges, kept for every object). */
  readonly nodes: Map<string, number>;
  /** Objects that lead on, with the number of references: the claim of a volume, the volumes of a Secret. */
  readonly onward: Map<Vertex, number>;
  /** References from objects that lead here. */
  incoming: number;
}

/** The references that one object holds, to be given back when it changes or goes. */
interface Holding {
  /** Changes if the references may have changed. */
  readonly signature: string;
  readonly node: string;
  readonly vertices: readonly Vertex[];
  readonly edges: readonly (readonly [from: Vertex, to: Vertex])[];
}

const NONE: readonly never[] = [];

/**
 * The objects that each node may read, by what is bound to it (plugin/pkg/auth/authorizer/node/graph.go):
 *
 *     node <- pod <- Secret, ConfigMap, service account, ResourceClaim, PersistentVolumeClaim <- PersistentVolume <- Secret
 *     node <- VolumeAttachment, ResourceSlice
 *
 * A change costs in proportion to the references of the object that changed; a question in proportion to the volumes of a Secret at most.
 */
export class NodeGraph {
  private readonly vertices = new Map<string, Vertex>();
  private readonly holdings = new Map<string, Holding>();
  /** References added and taken back so far. */
  work = 0;

  /** The number of objects that something refers to. */
  get size(): number {
    return this.vertices.size;
  }

  setPod(pod: Live<Pod>): void {
    const { name, namespace = '', uid, annotations } = pod.metadata;
    const { spec, status } = pod;
    const id = idOf('pod', namespace, name);
    const node = spec?.nodeName;
    if (!spec || !node) {
      this.release(id);
      return;
    }
    // Everything else that a bound pod refers to never changes.
    const made = status?.resourceClaimStatuses?.map((claim) => `${claim.name}=${claim.resourceClaimName ?? ''}`) ?? NONE;
    const signature = `${node}/${uid}/${spec.ephemeralContainers?.length ?? 0}/${status?.extendedResourceClaimStatus?.resourceClaimName ?? ''}/${made.join()}`;
    if (this.holdings.get(id)?.signature === signature) return;
    const ids = new Set([id]);
    // A node must not be able to get rights by a mirror pod, which it makes itself.
    if (annotations?.[MIRROR_POD] === undefined) {
      const see = (type: VertexType) => (other: string) => ids.add(idOf(type, namespace, other));
      if (spec.serviceAccountName) see('serviceaccount')(spec.serviceAccountName);
      visitSecrets(spec, see('secret'));
      visitConfigMaps(spec, see('configmap'));
      for (const volume of spec.volumes ?? []) {
        const claim = claimOfVolume(name, volume);
        if (claim) see('pvc')(claim);
      }
      visitResourceClaims(pod, see('resourceclaim'));
    }
    this.hold(id, signature, node, ids, NONE);
  }

  removePod(namespace: string, name: string): void {
    this.release(idOf('pod', namespace, name));
  }

  setVolume(volume: Live<PersistentVolume>): void {
    const { name } = volume.metadata;
    const claim = volume.spec?.claimRef;
    const id = idOf('pv', '', name);
    if (!claim) {
      this.release(id);
      return;
    }
    const edges: [string, string][] = [[id, idOf('pvc', claim.namespace ?? '', claim.name ?? '')]];
    const secrets = new Set<string>();
    visitVolumeSecretKeys(volume, (key) => secrets.add(idOf('secret', key.namespace, key.name)));
    for (const secret of secrets) edges.push([secret, id]);
    this.hold(id, edges.join(), '', NONE, edges);
  }

  removeVolume(name: string): void {
    this.release(idOf('pv', '', name));
  }

  setAttachment({ metadata, spec }: Live<VolumeAttachment>): void {
    const id = idOf('volumeattachment', '', metadata.name);
    if (spec.nodeName) this.hold(id, spec.nodeName, spec.nodeName, [id], NONE);
    else this.release(id);
  }

  removeAttachment(name: string): void {
    this.release(idOf('volumeattachment', '', name));
  }

  setSlice({ metadata, spec }: Live<ResourceSlice>): void {
    const id = idOf('resourceslice', '', metadata.name);
    if (spec.nodeName) this.hold(id, spec.nodeName, spec.nodeName, [id], NONE);
    else this.release(id);
  }

  removeSlice(name: string): void {
    this.release(idOf('resourceslice', '', name));
  }

  /** Whether an object leads to a node. */
  reaches(node: string, type: VertexType, namespace: string, name: string): boolean {
    const vertex = this.vertices.get(idOf(type, namespace, name));
    return vertex !== undefined && leadsTo(vertex, node);
  }

  /** Puts the references of an object in the place of those that it held. */
  private hold(id: string, signature: string, node: string, ids: Iterable<string>, edges: readonly (readonly [string, string])[]): void {
    if (this.holdings.get(id)?.signature === signature) return;
    const old = this.holdings.get(id);
    const vertices = Array.from(ids, (other) => this.vertex(other));
    const links = edges.map(([from, to]) => [this.vertex(from), this.vertex(to)] as const);
    for (const vertex of vertices) add(vertex.nodes, node, 1);
    for (const [from, to] of links) {
      add(from.onward, to, 1);
      to.incoming++;
    }
    this.work += vertices.length + links.length;
    this.holdings.set(id, { signature, node, vertices, edges: links });
    // The old ones go last, so that a vertex of both is not made anew.
    if (old) this.giveBack(old);
  }

  private release(id: string): void {
    const old = this.holdings.get(id);
    if (!old) return;
    this.holdings.delete(id);
    this.giveBack(old);
  }

  private giveBack({ node, vertices, edges }: Holding): void {
    for (const vertex of vertices) add(vertex.nodes, node, -1);
    for (const [from, to] of edges) {
      add(from.onward, to, -1);
      to.incoming--;
    }
    this.work += vertices.length + edges.length;
    for (const vertex of vertices) this.drop(vertex);
    for (const [from, to] of edges) {
      this.drop(from);
      this.drop(to);
    }
  }

  /** Forgets an object that nothing refers to any more. */
  private drop({ id, nodes, onward, incoming }: Vertex): void {
    if (nodes.size === 0 && onward.size === 0 && incoming === 0) this.vertices.delete(id);
  }

  private vertex(id: string): Vertex {
    let vertex = this.vertices.get(id);
    if (!vertex) {
      vertex = { id, nodes: new Map(), onward: new Map(), incoming: 0 };
      this.vertices.set(id, vertex);
    }
    return vertex;
  }
}

const idOf = (type: VertexType, namespace: string, name: string): string => `${type}/${namespace}/${name}`;

function add<K>(counts: Map<K, number>, key: K, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** Follows edges from secrets to volumes and from volumes to claims: two steps at most. */
function leadsTo(vertex: Vertex, node: string): boolean {
  if (vertex.nodes.has(node)) return true;
  for (const next of vertex.onward.keys()) if (leadsTo(next, node)) return true;
  return false;
}
