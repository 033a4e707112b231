import type { TokenRequest } from '../../../api/kinds/authentication/token-request.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceSlice } from '../../../api/kinds/resource/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { errors } from '../../../api/meta/status-error.ts';
import { objectReferenceOf } from '../../../api/pod/spec/object-references.ts';
import { MIRROR_POD } from '../../../api/pod/spec/pod-annotations-validation.ts';
import { semanticEqual } from '../../../base/equality.ts';
import { nodeOf } from '../../authz/node/node-identity.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';
import { audienceUse } from './node-restriction-audience.ts';
import { checkNodeCertificate } from './node-restriction-certificate.ts';
import { restrictedChanges } from './node-restriction-labels.ts';

/** The server as the rules see it. */
interface Surroundings {
  readonly objects: StorageAccess;
  readonly authorizer: Authorizer;
}

/** A rule on the writes of a node to one resource. */
type Rule = (node: string, attributes: AdmissionAttributes, surroundings: Surroundings) => void | Promise<void>;

const quoted = JSON.stringify;

/** Returns the pod; upstream's lister names the missing one in the singular. @throws StatusError 404. */
function existingPod(attributes: AdmissionAttributes, name: string, { objects }: Surroundings): Live<Pod> {
  const pod = objects.get(pods, { namespace: attributes.key.namespace, name });
  if (!pod) throw errors.notFound({ group: '', plural: 'pod', kind: 'Pod' }, name);
  return pod;
}

function podWrites(node: string, attributes: AdmissionAttributes, surroundings: Surroundings): void {
  const { verb, key } = attributes;
  if (verb === 'create') {
    mirrorPod(node, attributes, surroundings);
    return;
  }
  if (verb !== 'delete') {
    const why = `unexpected operation ${quoted(verb.toUpperCase())}, node ${quoted(node)} can only create and delete mirror pods`;
    throw forbidden(attributes, why);
  }
  if (existingPod(attributes, key.name, surroundings).spec?.nodeName !== node) {
    throw forbidden(attributes, `node ${quoted(node)} can only delete pods with spec.nodeName set to itself`);
  }
}

/** A node creates pods for its static ones only: owned by itself, and without access to anything else. */
function mirrorPod(node: string, attributes: AdmissionAttributes, { objects }: Surroundings): void {
  const pod = attributes.object as Pod;
  const refuse = (why: string) => forbidden(attributes, `node ${quoted(node)} ${why}`);
  if (pod.metadata?.annotations?.[MIRROR_POD] === undefined) {
    throw forbidden(attributes, `pod does not have ${quoted(MIRROR_POD)} annotation, node ${quoted(node)} can only create mirror pods`);
  }
  if (pod.spec?.nodeName !== node) throw refuse('can only create pods with spec.nodeName set to itself');
  const [owner, second] = pod.metadata.ownerReferences ?? [];
  if (second) throw refuse('can only create pods with a single owner reference set to itself');
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    throw refuse('can only create pods with an owner reference set to itself');
  }
  if (!owner.controller) throw refuse('can only create pods with a controller owner reference set to itself');
  if (owner.blockOwnerDeletion) throw refuse('must not set blockOwnerDeletion on an owner reference');
  const known = objects.get(nodes, { namespace: '', name: node });
  if (!known) throw errors.notFound({ group: '', plural: 'node', kind: 'Node' }, node);
  if (owner.uid !== known.metadata.uid) {
    throw forbidden(attributes, `node ${node} UID mismatch: expected ${owner.uid} got ${known.metadata.uid}`);
  }
  const referenced = pod.spec && objectReferenceOf(pod.spec);
  if (referenced !== undefined) throw refuse(`can not create pods that reference ${referenced}`);
}

function podStatus(node: string, attributes: AdmissionAttributes): void {
  if (attributes.verb !== 'update') throw forbidden(attributes, `unexpected operation ${quoted(attributes.verb.toUpperCase())}`);
  const [pod, old] = [attributes.object as Pod, attributes.old as Live<Pod>];
  if (old.spec?.nodeName !== node) {
    throw forbidden(attributes, `node ${quoted(node)} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!semanticEqual(pod.metadata?.labels ?? {}, old.metadata.labels ?? {})) {
    throw forbidden(attributes, `node ${quoted(node)} cannot update labels through pod status`);
  }
  if (!semanticEqual(pod.status?.resourceClaimStatuses ?? [], old.status?.resourceClaimStatuses ?? [])) {
    throw forbidden(attributes, `node ${quoted(node)} cannot update resource claim statues`);
  }
  if (!semanticEqual(pod.status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus)) {
    throw forbidden(attributes, `node ${quoted(node)} cannot update extended resource claim statues`);
  }
}

/** The deletion that an eviction leads to is admitted as one of this subresource, too. */
function podEviction(node: string, attributes: AdmissionAttributes, surroundings: Surroundings): void {
  if (attributes.verb !== 'create' && attributes.verb !== 'delete')
    throw forbidden(attributes, `unexpected operation ${attributes.verb.toUpperCase()}`);
  const name = attributes.key.name || (attributes.object?.metadata?.name ?? '');
  if (name === '') throw forbidden(attributes, 'could not determine pod from request data');
  if (existingPod(attributes, name, surroundings).spec?.nodeName !== node) {
    throw forbidden(attributes, `node ${node} can only evict pods with spec.nodeName set to itself`);
  }
}

/** The parts of a claim that a node may not change: everything but the progress of mounting and resizing. */
function fixedPartOf(claim: PersistentVolumeClaim): object {
  const { metadata, spec, status } = claim;
  return {
    spec,
    metadata: { ...metadata, resourceVersion: undefined, managedFields: undefined },
    status: { ...status, capacity: undefined, conditions: undefined, allocatedResources: undefined, allocatedResourceStatuses: undefined },
  };
}

function claimWrites(node: string, attributes: AdmissionAttributes): void {
  const { subresource, verb, object, old } = attributes;
  if (subresource !== 'status') throw forbidden(attributes, 'may only update PVC status');
  if (verb !== 'update') throw forbidden(attributes, `unexpected operation ${quoted(verb.toUpperCase())}`);
  if (semanticEqual(fixedPartOf(object as PersistentVolumeClaim), fixedPartOf(old as PersistentVolumeClaim))) return;
  throw forbidden(attributes, `node ${quoted(node)} is not allowed to update fields other than status.capacity and status.conditions`);
}

function nodeWrites(node: string, attributes: AdmissionAttributes): void {
  const { verb, key } = attributes;
  const object = attributes.object as Node | undefined;
  const old = attributes.old as Live<Node> | undefined;
  const name = key.name || (object?.metadata?.name ?? '');
  if (name !== node) throw forbidden(attributes, `node ${quoted(node)} is not allowed to modify node ${quoted(name)}`);
  if (verb === 'create') {
    if (object?.spec?.configSource) {
      throw forbidden(attributes, `node ${quoted(node)} is not allowed to create pods with a non-nil configSource`);
    }
    const labels = restrictedChanges(object?.metadata?.labels, undefined);
    if (labels.length > 0) {
      throw forbidden(attributes, `node ${quoted(node)} is not allowed to set the following labels: ${labels.join(', ')}`);
    }
  } else if (verb === 'update') {
    if (object?.spec?.configSource && !semanticEqual(object.spec.configSource, old?.spec?.configSource)) {
      throw forbidden(attributes, `node ${quoted(node)} is not allowed to update configSource to a new non-nil configSource`);
    }
    if (!semanticEqual(object?.spec?.taints ?? [], old?.spec?.taints ?? [])) {
      throw forbidden(attributes, `node ${quoted(node)} is not allowed to modify taints`);
    }
    const labels = restrictedChanges(object?.metadata?.labels, old?.metadata.labels);
    if (labels.length > 0) throw forbidden(attributes, `is not allowed to modify labels: ${labels.join(', ')}`);
    if (!semanticEqual(object?.metadata?.ownerReferences ?? [], old?.metadata.ownerReferences ?? [])) {
      throw forbidden(attributes, `node ${quoted(node)} is not allowed to modify ownerReferences`);
    }
  }
}

/** Tokens are for pods of the node, and for the audiences that these need. */
async function tokenRequests(node: string, attributes: AdmissionAttributes, surroundings: Surroundings): Promise<void> {
  if (attributes.verb !== 'create' || attributes.subresource !== 'token') return;
  const { boundObjectRef: bound, audiences = [] } = (attributes.object as TokenRequest).spec ?? {};
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || !bound.name) {
    throw forbidden(attributes, 'node requested token not bound to a pod');
  }
  if (!bound.uid) throw forbidden(attributes, 'node requested token with a pod binding without a uid');
  const pod = existingPod(attributes, bound.name, surroundings);
  if (bound.uid !== pod.metadata.uid) {
    const why = `the UID in the bound object reference (${bound.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw forbidden(attributes, why);
  }
  if (pod.spec?.nodeName !== node) throw forbidden(attributes, 'node requested token bound to a pod scheduled on a different node');
  if (audiences.length > 1) throw forbidden(attributes, 'node may only request 0 or 1 audiences');
  await checkAudience(attributes, pod, audiences[0] ?? '', surroundings);
}

/** An audience that no volume of the pod needs must be allowed to the node by a role. */
async function checkAudience(
  attributes: AdmissionAttributes,
  pod: Live<Pod>,
  audience: string,
  { objects, authorizer }: Surroundings,
): Promise<void> {
  const { used, problem } = audienceUse(pod, audience, objects);
  if (used) return;
  if (problem !== undefined) throw forbidden(attributes, `error validating audience ${quoted(audience)}: ${problem}`);
  const { user, key } = attributes;
  const { verdict } = await authorizer.authorize({
    user,
    verb: 'request-serviceaccounts-token-audience',
    isResource: true,
    group: '',
    version: 'v1',
    resource: audience,
    subresource: '',
    namespace: key.namespace,
    name: key.name,
    path: '',
  });
  if (verdict === 'allow') return;
  const why = `audience ${quoted(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`;
  throw forbidden(attributes, why);
}

const nameOf = ({ verb, key, object }: AdmissionAttributes): string => (verb === 'create' ? (object?.metadata?.name ?? '') : key.name);

function leaseWrites(node: string, attributes: AdmissionAttributes): void {
  if (attributes.key.namespace !== 'kube-node-lease') {
    throw forbidden(attributes, 'can only access leases in the "kube-node-lease" system namespace');
  }
  if (nameOf(attributes) !== node) throw forbidden(attributes, 'can only access node lease with the same name as the requesting node');
}

function csiNodeWrites(node: string, attributes: AdmissionAttributes): void {
  if (nameOf(attributes) !== node) throw forbidden(attributes, 'can only access CSINode with the same name as the requesting node');
}

/** Deletions of many are checked here one by one; updates were checked by the Node authorizer. */
function sliceWrites(node: string, attributes: AdmissionAttributes): void {
  const { verb, object, old } = attributes;
  if (verb !== 'create' && verb !== 'delete') return;
  const slice = (verb === 'create' ? object : old) as ResourceSlice | undefined;
  if (slice?.spec.nodeName !== node) throw forbidden(attributes, `can only ${verb} ResourceSlice with the same NodeName as the requesting node`);
}

function podRule(node: string, attributes: AdmissionAttributes, surroundings: Surroundings): void {
  switch (attributes.subresource) {
    case '':
      podWrites(node, attributes, surroundings);
      break;
    case 'status':
      podStatus(node, attributes);
      break;
    case 'eviction':
      podEviction(node, attributes, surroundings);
      break;
    default: {
      const why = `unexpected pod subresource ${quoted(attributes.subresource)}, only 'status' and 'eviction' are allowed`;
      throw forbidden(attributes, why);
    }
  }
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['/pods', podRule],
  ['/nodes', nodeWrites],
  ['/persistentvolumeclaims', claimWrites],
  ['/serviceaccounts', tokenRequests],
  ['coordination.k8s.io/leases', leaseWrites],
  ['storage.k8s.io/csinodes', csiNodeWrites],
  ['resource.k8s.io/resourceslices', sliceWrites],
  ['certificates.k8s.io/certificatesigningrequests', checkNodeCertificate],
]);

/**
 * Limits the writes of nodes, beyond what the Node authorizer knows before it sees an object, to their own objects and pods
 * (plugin/pkg/admission/noderestriction).
 */
export const nodeRestriction = (objects: StorageAccess, authorizer: Authorizer): AdmissionPlugin => ({
  name: 'NodeRestriction',
  handles: ({ group, plural }, _subresource, verb) => verb !== 'connect' && RULES.has(`${group}/${plural}`),
  admit(attributes) {
    const node = nodeOf(attributes.user);
    if (node === undefined) return undefined;
    if (node === '') throw forbidden(attributes, `could not determine node from user ${quoted(attributes.user.name)}`);
    return RULES.get(`${attributes.kind.group}/${attributes.kind.plural}`)?.(node, attributes, { objects, authorizer });
  },
});
