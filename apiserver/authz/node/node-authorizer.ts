import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceSlices } from '../../../api/kinds/resource/resource-slice.ts';
import { volumeAttachments } from '../../../api/kinds/storage/volume-attachment.ts';
import type { AuthorizationAttributes, Authorizer, Decision, UserRules } from '../../contract/authorizer.ts';
import type { UserInfo } from '../../contract/request.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import type { VertexType } from './graph.ts';
import { NodeGraph } from './graph.ts';
import { nodeOf } from './node-identity.ts';
import { allNodesMay } from './node-rules.ts';

const LEASES = 'kube-node-lease';
const ALLOW: Decision = { verdict: 'allow' };
const NO_OPINION: Decision = { verdict: 'no opinion' };

const refused = (reason: string): Decision => ({ verdict: 'no opinion', reason });

/** Nothing is enumerated for nodes; all others have no rights here. */
const RULES_OF_NODES: UserRules = {
  resourceRules: [],
  nonResourceRules: [],
  incomplete: true,
  evaluationError: 'node authorizer does not support user rule resolution',
};
const NO_RULES: UserRules = { resourceRules: [], nonResourceRules: [], incomplete: false };

/** A decision on one resource for a node. */
type Rule = (node: string, attributes: AuthorizationAttributes, graph: NodeGraph) => Decision;

function related(node: string, type: VertexType, { name, namespace }: AuthorizationAttributes, graph: NodeGraph): Decision {
  if (name === '') return refused('No Object name found');
  if (graph.reaches(node, type, namespace, name)) return ALLOW;
  return refused(`no relationship found between node '${node}' and this object`);
}

/** Single objects, by get. */
const gets =
  (type: VertexType): Rule =>
  (node, attributes, graph) => {
    if (attributes.verb !== 'get') return refused('can only get individual resources of this type');
    if (attributes.subresource !== '') return refused('cannot get subresource');
    return related(node, type, attributes, graph);
  };

/** Single objects, by get, list and watch. */
const reads =
  (type: VertexType): Rule =>
  (node, attributes, graph) => {
    if (!['get', 'list', 'watch'].includes(attributes.verb)) return refused('can only read resources of this type');
    if (attributes.subresource !== '') return refused('cannot read subresource');
    if (attributes.namespace === '') return refused('can only read namespaced object of this type');
    return related(node, type, attributes, graph);
  };

const claims: Rule = (node, attributes, graph) => {
  if (attributes.subresource !== 'status') return gets('pvc')(node, attributes, graph);
  if (attributes.verb === 'update' || attributes.verb === 'patch') return related(node, 'pvc', attributes, graph);
  return refused('can only get/update/patch this type');
};

const serviceAccounts: Rule = (node, attributes, graph) => {
  const { verb, name, subresource } = attributes;
  if (verb === 'get' && subresource === '') return reads('serviceaccount')(node, attributes, graph);
  if (verb !== 'create' || name === '') return refused('can only create tokens for individual service accounts');
  if (subresource !== 'token') return refused('can only create token subresource of serviceaccount');
  return related(node, 'serviceaccount', attributes, graph);
};

const OWN_OBJECT_VERBS: readonly string[] = ['get', 'create', 'update', 'patch', 'delete'];

/** NodeRestriction checks the name of a lease that is created: it is not known before. */
const leases: Rule = (node, { verb, namespace, name }) => {
  if (!OWN_OBJECT_VERBS.includes(verb)) return refused('can only get, create, update, patch, or delete a node lease');
  if (namespace !== LEASES) return refused(`can only access leases in the "${LEASES}" system namespace`);
  if (verb === 'create' || name === node) return ALLOW;
  return refused('can only access node lease with the same name as the requesting node');
};

const csiNodes: Rule = (node, { verb, subresource, name }) => {
  if (!OWN_OBJECT_VERBS.includes(verb)) return refused('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return refused('cannot authorize CSINode subresources');
  if (verb === 'create' || name === node) return ALLOW;
  return refused('can only access CSINode with the same name as the requesting node');
};

/** Whether the request is for the objects of a node alone. A selector that does not parse selects nothing for this purpose. */
const selectsNode = (node: string, { fieldSelector }: AuthorizationAttributes): boolean =>
  fieldSelector?.some(({ field, value, equal }) => equal && field === 'spec.nodeName' && value === node) === true;

const slices: Rule = (node, attributes, graph) => {
  const { verb, subresource } = attributes;
  if (subresource !== '') return refused('cannot authorize ResourceSlice subresources');
  switch (verb) {
    case 'create':
      return ALLOW;
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return related(node, 'resourceslice', attributes, graph);
    case 'watch':
    case 'list':
    case 'deletecollection':
      if (selectsNode(node, attributes)) return ALLOW;
      return refused('can only list/watch/deletecollection resourceslices with nodeName field selector');
    default:
      return refused('only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection');
  }
};

/** Writes are narrowed down to the node's own object by NodeRestriction. */
const nodeObjects: Rule = (node, { verb, subresource, name }) => {
  if (subresource === '') {
    if (verb === 'create' || verb === 'update' || verb === 'patch') return ALLOW;
    if (verb === 'get' || verb === 'list' || verb === 'watch') {
      if (name === node) return ALLOW;
      if (name === '') return refused(`node '${node}' cannot read all nodes, only its own Node object`);
      return refused(`node '${node}' cannot read '${name}', only its own Node object`);
    }
  } else if (subresource === 'status' && (verb === 'update' || verb === 'patch')) return ALLOW;
  return NO_OPINION;
};

/** Writes are narrowed down to mirror pods and to pods of the node by NodeRestriction. */
const podObjects: Rule = (node, attributes, graph) => {
  const { verb, subresource, name } = attributes;
  switch (subresource) {
    case '':
      if (verb === 'get') return related(node, 'pod', attributes, graph);
      if (verb === 'create' || verb === 'delete') return ALLOW;
      if (verb !== 'list' && verb !== 'watch') return NO_OPINION;
      if (selectsNode(node, attributes)) return ALLOW;
      if (name !== '') return related(node, 'pod', attributes, graph);
      return refused('can only list/watch pods with spec.nodeName field selector');
    case 'status':
      return verb === 'update' || verb === 'patch' ? ALLOW : NO_OPINION;
    case 'eviction':
      return verb === 'create' ? ALLOW : NO_OPINION;
    default:
      return NO_OPINION;
  }
};

const RULES: ReadonlyMap<string, Rule> = new Map([
  ['/secrets', reads('secret')],
  ['/configmaps', reads('configmap')],
  ['/persistentvolumeclaims', claims],
  ['/persistentvolumes', gets('pv')],
  ['resource.k8s.io/resourceclaims', gets('resourceclaim')],
  ['storage.k8s.io/volumeattachments', gets('volumeattachment')],
  ['/serviceaccounts', serviceAccounts],
  ['coordination.k8s.io/leases', leases],
  ['storage.k8s.io/csinodes', csiNodes],
  ['resource.k8s.io/resourceslices', slices],
  ['/nodes', nodeObjects],
  ['/pods', podObjects],
]);

/** Decides by a graph alone: upstream's rules (plugin/pkg/auth/authorizer/node/node_authorizer.go). */
export function decideForNode(graph: NodeGraph, attributes: AuthorizationAttributes): Decision {
  const node = nodeOf(attributes.user);
  if (node === undefined) return NO_OPINION;
  if (node === '') return refused(`unknown node for user ${JSON.stringify(attributes.user.name)}`);
  if (!attributes.isResource) return NO_OPINION;
  const resource = `${attributes.group}/${attributes.resource}`;
  const rule = RULES.get(resource);
  if (rule) return rule(node, attributes, graph);
  const whole = attributes.subresource === '' ? resource : `${resource}/${attributes.subresource}`;
  return allNodesMay(attributes.verb, whole) ? ALLOW : NO_OPINION;
}

export interface NodeAuthorizer extends Authorizer {
  authorize(attributes: AuthorizationAttributes): Decision;
  /** Reads what stands in the cache, and follows its changes. Nodes have no rights by relation until then. Call it once, when the cache is full. */
  start(): void;
}

/** Gives nodes the rights that they need for what is bound to them, and no others. */
export function nodeAuthorizer(objects: StorageAccess): NodeAuthorizer {
  const graph = new NodeGraph();

  function start(): void {
    for (const pod of objects.list(pods)) graph.setPod(pod);
    for (const volume of objects.list(persistentVolumes)) graph.setVolume(volume);
    for (const attachment of objects.list(volumeAttachments)) graph.setAttachment(attachment);
    for (const slice of objects.list(resourceSlices)) graph.setSlice(slice);
    objects.follow(pods, (pod, deleted) => {
      if (deleted) graph.removePod(pod.metadata.namespace ?? '', pod.metadata.name);
      else graph.setPod(pod);
    });
    objects.follow(persistentVolumes, (volume, deleted) => {
      if (deleted) graph.removeVolume(volume.metadata.name);
      else graph.setVolume(volume);
    });
    objects.follow(volumeAttachments, (attachment, deleted) => {
      if (deleted) graph.removeAttachment(attachment.metadata.name);
      else graph.setAttachment(attachment);
    });
    objects.follow(resourceSlices, (slice, deleted) => {
      if (deleted) graph.removeSlice(slice.metadata.name);
      else graph.setSlice(slice);
    });
  }

  return {
    authorize: (attributes) => decideForNode(graph, attributes),
    rulesFor: (user: UserInfo) => (nodeOf(user) === undefined ? NO_RULES : RULES_OF_NODES),
    start,
  };
}
