import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, int32, int64, list, map, quantity, string, struct, time, topLevel } from '../schema/fields.ts';

export const Taint = struct('Taint', {
  effect: string(),
  key: string(),
  timeAdded: time().optional(),
  value: string().optional(),
});
export type Taint = Infer<typeof Taint>;

export const ConfigMapNodeConfigSource = struct('ConfigMapNodeConfigSource', {
  kubeletConfigKey: string(),
  name: string(),
  namespace: string(),
  resourceVersion: string().optional(),
  uid: string().optional(),
});
export type ConfigMapNodeConfigSource = Infer<typeof ConfigMapNodeConfigSource>;

export const NodeConfigSource = struct('NodeConfigSource', {
  configMap: ConfigMapNodeConfigSource.optional(),
});
export type NodeConfigSource = Infer<typeof NodeConfigSource>;

export const NodeSpec = struct('NodeSpec', {
  configSource: NodeConfigSource.optional(),
  externalID: string().optional(),
  podCIDR: string().optional(),
  podCIDRs: list(string()).optional(),
  providerID: string().optional(),
  taints: list(Taint).optional(),
  unschedulable: boolean().optional(),
});
export type NodeSpec = Infer<typeof NodeSpec>;

export const NodeAddress = struct('NodeAddress', {
  address: string(),
  type: string(),
});
export type NodeAddress = Infer<typeof NodeAddress>;

export const NodeCondition = struct('NodeCondition', {
  lastHeartbeatTime: time().optional(),
  lastTransitionTime: time().optional(),
  message: string().optional(),
  reason: string().optional(),
  status: string(),
  type: string(),
});
export type NodeCondition = Infer<typeof NodeCondition>;

export const NodeConfigStatus = struct('NodeConfigStatus', {
  active: NodeConfigSource.optional(),
  assigned: NodeConfigSource.optional(),
  error: string().optional(),
  lastKnownGood: NodeConfigSource.optional(),
});
export type NodeConfigStatus = Infer<typeof NodeConfigStatus>;

export const DaemonEndpoint = struct('DaemonEndpoint', {
  Port: int32(),
});
export type DaemonEndpoint = Infer<typeof DaemonEndpoint>;

export const NodeDaemonEndpoints = struct('NodeDaemonEndpoints', {
  kubeletEndpoint: DaemonEndpoint.optional(),
});
export type NodeDaemonEndpoints = Infer<typeof NodeDaemonEndpoints>;

export const NodeFeatures = struct('NodeFeatures', {
  supplementalGroupsPolicy: boolean().optional(),
});
export type NodeFeatures = Infer<typeof NodeFeatures>;

export const ContainerImage = struct('ContainerImage', {
  names: list(string()).optional(),
  sizeBytes: int64().optional(),
});
export type ContainerImage = Infer<typeof ContainerImage>;

export const NodeSwapStatus = struct('NodeSwapStatus', {
  capacity: int64().optional(),
});
export type NodeSwapStatus = Infer<typeof NodeSwapStatus>;

export const NodeSystemInfo = struct('NodeSystemInfo', {
  architecture: string(),
  bootID: string(),
  containerRuntimeVersion: string(),
  kernelVersion: string(),
  kubeProxyVersion: string(),
  kubeletVersion: string(),
  machineID: string(),
  operatingSystem: string(),
  osImage: string(),
  swap: NodeSwapStatus.optional(),
  systemUUID: string(),
});
export type NodeSystemInfo = Infer<typeof NodeSystemInfo>;

export const NodeRuntimeHandlerFeatures = struct('NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: boolean().optional(),
  userNamespaces: boolean().optional(),
});
export type NodeRuntimeHandlerFeatures = Infer<typeof NodeRuntimeHandlerFeatures>;

export const NodeRuntimeHandler = struct('NodeRuntimeHandler', {
  features: NodeRuntimeHandlerFeatures.optional(),
  name: string().optional(),
});
export type NodeRuntimeHandler = Infer<typeof NodeRuntimeHandler>;

export const AttachedVolume = struct('AttachedVolume', {
  devicePath: string(),
  name: string(),
});
export type AttachedVolume = Infer<typeof AttachedVolume>;

export const NodeStatus = struct('NodeStatus', {
  addresses: list(NodeAddress).optional(),
  allocatable: map(quantity()).optional(),
  capacity: map(quantity()).optional(),
  conditions: list(NodeCondition).optional(),
  config: NodeConfigStatus.optional(),
  daemonEndpoints: NodeDaemonEndpoints.optional(),
  declaredFeatures: list(string()).optional(),
  features: NodeFeatures.optional(),
  images: list(ContainerImage).optional(),
  nodeInfo: NodeSystemInfo.optional(),
  phase: string().optional(),
  runtimeHandlers: list(NodeRuntimeHandler).optional(),
  volumesAttached: list(AttachedVolume).optional(),
  volumesInUse: list(string()).optional(),
});
export type NodeStatus = Infer<typeof NodeStatus>;

export const Node = topLevel('Node', {
  metadata: ObjectMeta.optional(),
  spec: NodeSpec.optional(),
  status: NodeStatus.optional(),
});
export type Node = Infer<typeof Node>;

export const nodes = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  shortNames: ['no'],
  schema: Node,
  subresources: [
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'NodeProxyOptions' },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  storagePrefix: 'minions',
});
