import { ObjectMeta } from '../../../meta/object-meta.ts';
import { Taint } from '../../../pod/placement/taint.ts';
import type { Infer } from '../../../schema/fields.ts';
import {
  atomicList,
  boolean,
  int32,
  int64,
  listMap,
  namedString,
  ref,
  resourceList,
  setList,
  string,
  struct,
  time,
  topLevel,
} from '../../../schema/fields.ts';

export const ConfigMapNodeConfigSource = struct('ConfigMapNodeConfigSource', 'No longer used.', {
  kubeletConfigKey: string('No longer used.'),
  name: string('No longer used.'),
  namespace: string('No longer used.'),
  resourceVersion: string('No longer used.').optional(),
  uid: string('No longer used.', { goType: 'types.UID' }).optional(),
});
export type ConfigMapNodeConfigSource = Infer<typeof ConfigMapNodeConfigSource>;

export const NodeConfigSource = struct('NodeConfigSource', 'No longer used.', {
  configMap: ref(ConfigMapNodeConfigSource, 'No longer used.').optional(),
});
export type NodeConfigSource = Infer<typeof NodeConfigSource>;

export const NodeSpec = struct('NodeSpec', 'How a node is set up.', {
  configSource: ref(NodeConfigSource, 'No longer used.').optional(),
  externalID: string('No longer used.', { goType: 'string' }).optional(),
  podCIDR: string("Addresses for the node's pods.").optional(),
  podCIDRs: setList(string(), "Addresses for the node's pods, one block a family; podCIDR is the first.", {
    'x-kubernetes-patch-strategy': 'merge',
  }).optional(),
  providerID: string('Identifier of the machine at its provider, as provider://id.').optional(),
  taints: atomicList(Taint, 'Keep pods off, unless they tolerate them.').optional(),
  unschedulable: boolean('Takes no new pods, as after kubectl cordon.').optional(),
});
export type NodeSpec = Infer<typeof NodeSpec>;

export const NodeAddress = struct('NodeAddress', 'An address of a node.', {
  address: string('The address.'),
  type: string('Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.', { goType: 'NodeAddressType' }),
});
export type NodeAddress = Infer<typeof NodeAddress>;

export const NodeCondition = struct('NodeCondition', "One observation of a node's state.", {
  lastHeartbeatTime: time('When it was last reported.', { presence: 'null' }).optional(),
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).optional(),
  message: string('Explanation for people.').optional(),
  reason: string('One CamelCase word for why it is so.').optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }),
  type: string('Ready, MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable.', { goType: 'NodeConditionType' }),
});
export type NodeCondition = Infer<typeof NodeCondition>;

export const NodeConfigStatus = struct('NodeConfigStatus', 'No longer used.', {
  active: ref(NodeConfigSource, 'No longer used.').optional(),
  assigned: ref(NodeConfigSource, 'No longer used.').optional(),
  error: string('No longer used.').optional(),
  lastKnownGood: ref(NodeConfigSource, 'No longer used.').optional(),
});
export type NodeConfigStatus = Infer<typeof NodeConfigStatus>;

export const DaemonEndpoint = struct('DaemonEndpoint', 'A port of a daemon on the node.', {
  Port: int32('Port number.'),
});
export type DaemonEndpoint = Infer<typeof DaemonEndpoint>;

export const NodeDaemonEndpoints = struct('NodeDaemonEndpoints', 'Ports of the daemons on a node.', {
  kubeletEndpoint: ref(DaemonEndpoint, 'Where the kubelet serves.', { presence: 'filled' }).optional(),
});
export type NodeDaemonEndpoints = Infer<typeof NodeDaemonEndpoints>;

export const NodeFeatures = struct('NodeFeatures', 'Features of the container runtime.', {
  supplementalGroupsPolicy: boolean('Whether it knows supplementalGroupsPolicy.', { presence: 'pointer' }).optional(),
});
export type NodeFeatures = Infer<typeof NodeFeatures>;

export const ContainerImage = struct('ContainerImage', 'An image on a node.', {
  names: atomicList(string(), 'Its names, with tags and digests.').optional(),
  sizeBytes: int64('Its size in bytes.').optional(),
});
export type ContainerImage = Infer<typeof ContainerImage>;

export const NodeSwapStatus = struct('NodeSwapStatus', 'Swap space of a node.', {
  capacity: int64('Its size in bytes.', { presence: 'pointer' }).optional(),
});
export type NodeSwapStatus = Infer<typeof NodeSwapStatus>;

export const NodeSystemInfo = struct('NodeSystemInfo', 'What a node runs on.', {
  architecture: string("Processor architecture, in Go's names."),
  bootID: string('Identifier of the current boot.'),
  containerRuntimeVersion: string('Container runtime and its version, as name://version.'),
  kernelVersion: string('Version of the kernel.'),
  kubeProxyVersion: string('No longer filled in.'),
  kubeletVersion: string('Version of the node agent.'),
  machineID: string('Identifier from /etc/machine-id.'),
  operatingSystem: string("Operating system, in Go's names."),
  osImage: string('Distribution and its version.'),
  swap: ref(NodeSwapStatus, 'Swap space.').optional(),
  systemUUID: string('Identifier from the firmware.'),
});
export type NodeSystemInfo = Infer<typeof NodeSystemInfo>;

export const NodeRuntimeHandlerFeatures = struct('NodeRuntimeHandlerFeatures', 'Features of a runtime handler.', {
  recursiveReadOnlyMounts: boolean('Whether it can make mounts read-only with all below them.', { presence: 'pointer' }).optional(),
  userNamespaces: boolean('Whether it can put pods in user namespaces.', { presence: 'pointer' }).optional(),
});
export type NodeRuntimeHandlerFeatures = Infer<typeof NodeRuntimeHandlerFeatures>;

export const NodeRuntimeHandler = struct('NodeRuntimeHandler', 'A handler that a RuntimeClass may name.', {
  features: ref(NodeRuntimeHandlerFeatures, 'What it can do.').optional(),
  name: string('Its name; empty for the default one.').optional(),
});
export type NodeRuntimeHandler = Infer<typeof NodeRuntimeHandler>;

export const AttachedVolume = struct('AttachedVolume', 'A volume attached to a node.', {
  devicePath: string('Path of the device.'),
  name: string('Name of the volume.', { goType: 'UniqueVolumeName' }),
});
export type AttachedVolume = Infer<typeof AttachedVolume>;

export const NodeStatus = struct('NodeStatus', 'What was last reported of a node.', {
  addresses: listMap(NodeAddress, ['type'], 'Its addresses.').optional(),
  allocatable: resourceList('Resources for pods.').optional(),
  capacity: resourceList('Resources in all.').optional(),
  conditions: listMap(NodeCondition, ['type'], 'Latest observations, one of each type.').optional(),
  config: ref(NodeConfigStatus, 'No longer used.').optional(),
  daemonEndpoints: ref(NodeDaemonEndpoints, 'Ports of its daemons.', { presence: 'filled' }).optional(),
  declaredFeatures: atomicList(string(), 'Features that it says it supports.').optional(),
  features: ref(NodeFeatures, 'Features of its container runtime.').optional(),
  images: atomicList(ContainerImage, 'Images that it holds.').optional(),
  nodeInfo: ref(NodeSystemInfo, 'What it runs on.', { presence: 'filled' }).optional(),
  phase: string('No longer filled in.', { goType: 'NodePhase' }).optional(),
  runtimeHandlers: atomicList(NodeRuntimeHandler, 'Runtime handlers it offers.').optional(),
  volumesAttached: atomicList(AttachedVolume, 'Volumes attached to it.').optional(),
  volumesInUse: atomicList(namedString('UniqueVolumeName'), 'Attachable volumes that its pods use.').optional(),
});
export type NodeStatus = Infer<typeof NodeStatus>;

export const Node = topLevel('Node', 'A machine that pods run on.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  }).optional(),
  spec: ref(NodeSpec, 'What is wanted.', { presence: 'filled' }).optional(),
  status: ref(NodeStatus, 'What was last observed; written by the system.', { presence: 'filled' }).optional(),
});
export type Node = Infer<typeof Node>;
