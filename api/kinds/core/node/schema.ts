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
  kubeletConfigKey: string('No longer used.').tag(5),
  name: string('No longer used.').tag(2),
  namespace: string('No longer used.').tag(1),
  resourceVersion: string('No longer used.').tag(4).optional(),
  uid: string('No longer used.', { goType: 'types.UID' }).tag(3).optional(),
});
export type ConfigMapNodeConfigSource = Infer<typeof ConfigMapNodeConfigSource>;

export const NodeConfigSource = struct('NodeConfigSource', 'No longer used.', {
  configMap: ref(ConfigMapNodeConfigSource, 'No longer used.').tag(2).optional(),
});
export type NodeConfigSource = Infer<typeof NodeConfigSource>;

export const NodeSpec = struct('NodeSpec', 'How a node is set up.', {
  configSource: ref(NodeConfigSource, 'No longer used.').tag(6).optional(),
  externalID: string('No longer used.', { goType: 'string' }).tag(2).optional(),
  podCIDR: string("Addresses for the node's pods.").tag(1).optional(),
  podCIDRs: setList(string(), "Addresses for the node's pods, one block a family; podCIDR is the first.", {
    'x-kubernetes-patch-strategy': 'merge',
  })
    .tag(7)
    .optional(),
  providerID: string('Identifier of the machine at its provider, as provider://id.').tag(3).optional(),
  taints: atomicList(Taint, 'Keep pods off, unless they tolerate them.').tag(5).optional(),
  unschedulable: boolean('Takes no new pods, as after kubectl cordon.').tag(4).optional(),
});
export type NodeSpec = Infer<typeof NodeSpec>;

export const NodeAddress = struct('NodeAddress', 'An address of a node.', {
  address: string('The address.').tag(2),
  type: string('Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.', { goType: 'NodeAddressType' }).tag(1),
});
export type NodeAddress = Infer<typeof NodeAddress>;

export const NodeCondition = struct('NodeCondition', "One observation of a node's state.", {
  lastHeartbeatTime: time('When it was last reported.', { presence: 'null' }).tag(3).optional(),
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(4).optional(),
  message: string('Explanation for people.').tag(6).optional(),
  reason: string('One CamelCase word for why it is so.').tag(5).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Ready, MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable.', { goType: 'NodeConditionType' }).tag(1),
});
export type NodeCondition = Infer<typeof NodeCondition>;

export const NodeConfigStatus = struct('NodeConfigStatus', 'No longer used.', {
  active: ref(NodeConfigSource, 'No longer used.').tag(2).optional(),
  assigned: ref(NodeConfigSource, 'No longer used.').tag(1).optional(),
  error: string('No longer used.').tag(4).optional(),
  lastKnownGood: ref(NodeConfigSource, 'No longer used.').tag(3).optional(),
});
export type NodeConfigStatus = Infer<typeof NodeConfigStatus>;

export const DaemonEndpoint = struct('DaemonEndpoint', 'A port of a daemon on the node.', {
  Port: int32('Port number.').tag(1),
});
export type DaemonEndpoint = Infer<typeof DaemonEndpoint>;

export const NodeDaemonEndpoints = struct('NodeDaemonEndpoints', 'Ports of the daemons on a node.', {
  kubeletEndpoint: ref(DaemonEndpoint, 'Where the kubelet serves.', { presence: 'filled' }).tag(1).optional(),
});
export type NodeDaemonEndpoints = Infer<typeof NodeDaemonEndpoints>;

export const NodeFeatures = struct('NodeFeatures', 'Features of the container runtime.', {
  supplementalGroupsPolicy: boolean('Whether it knows supplementalGroupsPolicy.', { presence: 'pointer' }).tag(1).optional(),
});
export type NodeFeatures = Infer<typeof NodeFeatures>;

export const ContainerImage = struct('ContainerImage', 'An image on a node.', {
  names: atomicList(string(), 'Its names, with tags and digests.', { presence: 'null' }).tag(1).optional(),
  sizeBytes: int64('Its size in bytes.').tag(2).optional(),
});
export type ContainerImage = Infer<typeof ContainerImage>;

export const NodeSwapStatus = struct('NodeSwapStatus', 'Swap space of a node.', {
  capacity: int64('Its size in bytes.', { presence: 'pointer' }).tag(1).optional(),
});
export type NodeSwapStatus = Infer<typeof NodeSwapStatus>;

export const NodeSystemInfo = struct('NodeSystemInfo', 'What a node runs on.', {
  architecture: string("Processor architecture, in Go's names.").tag(10),
  bootID: string('Identifier of the current boot.').tag(3),
  containerRuntimeVersion: string('Container runtime and its version, as name://version.').tag(6),
  kernelVersion: string('Version of the kernel.').tag(4),
  kubeProxyVersion: string('No longer filled in.').tag(8),
  kubeletVersion: string('Version of the node agent.').tag(7),
  machineID: string('Identifier from /etc/machine-id.').tag(1),
  operatingSystem: string("Operating system, in Go's names.").tag(9),
  osImage: string('Distribution and its version.').tag(5),
  swap: ref(NodeSwapStatus, 'Swap space.').tag(11).optional(),
  systemUUID: string('Identifier from the firmware.').tag(2),
});
export type NodeSystemInfo = Infer<typeof NodeSystemInfo>;

export const NodeRuntimeHandlerFeatures = struct('NodeRuntimeHandlerFeatures', 'Features of a runtime handler.', {
  recursiveReadOnlyMounts: boolean('Whether it can make mounts read-only with all below them.', { presence: 'pointer' }).tag(1).optional(),
  userNamespaces: boolean('Whether it can put pods in user namespaces.', { presence: 'pointer' }).tag(2).optional(),
});
export type NodeRuntimeHandlerFeatures = Infer<typeof NodeRuntimeHandlerFeatures>;

export const NodeRuntimeHandler = struct('NodeRuntimeHandler', 'A handler that a RuntimeClass may name.', {
  features: ref(NodeRuntimeHandlerFeatures, 'What it can do.').tag(2).optional(),
  name: string('Its name; empty for the default one.', { published: '' }).tag(1).optional(),
});
export type NodeRuntimeHandler = Infer<typeof NodeRuntimeHandler>;

export const AttachedVolume = struct('AttachedVolume', 'A volume attached to a node.', {
  devicePath: string('Path of the device.').tag(2),
  name: string('Name of the volume.', { goType: 'UniqueVolumeName' }).tag(1),
});
export type AttachedVolume = Infer<typeof AttachedVolume>;

export const NodeStatus = struct('NodeStatus', 'What was last reported of a node.', {
  addresses: listMap(NodeAddress, ['type'], 'Its addresses.').tag(5).optional(),
  allocatable: resourceList('Resources for pods.').tag(2).optional(),
  capacity: resourceList('Resources in all.').tag(1).optional(),
  conditions: listMap(NodeCondition, ['type'], 'Latest observations, one of each type.').tag(4).optional(),
  config: ref(NodeConfigStatus, 'No longer used.').tag(11).optional(),
  daemonEndpoints: ref(NodeDaemonEndpoints, 'Ports of its daemons.', { presence: 'filled' }).tag(6).optional(),
  declaredFeatures: atomicList(string(), 'Features that it says it supports.').tag(14).optional(),
  features: ref(NodeFeatures, 'Features of its container runtime.').tag(13).optional(),
  images: atomicList(ContainerImage, 'Images that it holds.').tag(8).optional(),
  nodeInfo: ref(NodeSystemInfo, 'What it runs on.', { presence: 'filled' }).tag(7).optional(),
  phase: string('No longer filled in.', { goType: 'NodePhase', enum: ['Pending', 'Running', 'Terminated'] })
    .tag(3)
    .optional(),
  runtimeHandlers: atomicList(NodeRuntimeHandler, 'Runtime handlers it offers.').tag(12).optional(),
  volumesAttached: atomicList(AttachedVolume, 'Volumes attached to it.').tag(10).optional(),
  volumesInUse: atomicList(namedString('UniqueVolumeName'), 'Attachable volumes that its pods use.').tag(9).optional(),
});
export type NodeStatus = Infer<typeof NodeStatus>;

export const Node = topLevel('Node', 'A machine that pods run on.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(NodeSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(NodeStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type Node = Infer<typeof Node>;
