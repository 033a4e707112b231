import type { Infer } from '../schema/fields.ts';
import { boolean, int32, int64, list, map, number, quantity, string, struct, time } from '../schema/fields.ts';
import { ResourceRequirements } from './resources.ts';

export const ImageVolumeStatus = struct('ImageVolumeStatus', {
  imageRef: string(),
});
export type ImageVolumeStatus = Infer<typeof ImageVolumeStatus>;

export const VolumeStatus = struct('VolumeStatus', {
  image: ImageVolumeStatus.optional(),
});
export type VolumeStatus = Infer<typeof VolumeStatus>;

export const ContainerStateRunning = struct('ContainerStateRunning', {
  startedAt: time().optional(),
});
export type ContainerStateRunning = Infer<typeof ContainerStateRunning>;

export const ContainerStateTerminated = struct('ContainerStateTerminated', {
  containerID: string().optional(),
  exitCode: int32(),
  finishedAt: time().optional(),
  message: string().optional(),
  reason: string().optional(),
  signal: int32().optional(),
  startedAt: time().optional(),
});
export type ContainerStateTerminated = Infer<typeof ContainerStateTerminated>;

export const ContainerStateWaiting = struct('ContainerStateWaiting', {
  message: string().optional(),
  reason: string().optional(),
});
export type ContainerStateWaiting = Infer<typeof ContainerStateWaiting>;

export const ContainerState = struct('ContainerState', {
  running: ContainerStateRunning.optional(),
  terminated: ContainerStateTerminated.optional(),
  waiting: ContainerStateWaiting.optional(),
});
export type ContainerState = Infer<typeof ContainerState>;

export const VolumeMountStatus = struct('VolumeMountStatus', {
  mountPath: string(),
  name: string(),
  readOnly: boolean().optional(),
  recursiveReadOnly: string().optional(),
  volumeStatus: VolumeStatus.optional(),
});
export type VolumeMountStatus = Infer<typeof VolumeMountStatus>;

export const LinuxContainerUser = struct('LinuxContainerUser', {
  gid: int64(),
  supplementalGroups: list(number()).optional(),
  uid: int64(),
});
export type LinuxContainerUser = Infer<typeof LinuxContainerUser>;

export const ContainerUser = struct('ContainerUser', {
  linux: LinuxContainerUser.optional(),
});
export type ContainerUser = Infer<typeof ContainerUser>;

export const ResourceHealth = struct('ResourceHealth', {
  health: string().optional(),
  message: string().optional(),
  resourceID: string(),
});
export type ResourceHealth = Infer<typeof ResourceHealth>;

export const ResourceStatus = struct('ResourceStatus', {
  name: string(),
  resources: list(ResourceHealth).optional(),
});
export type ResourceStatus = Infer<typeof ResourceStatus>;

export const ContainerStatus = struct('ContainerStatus', {
  allocatedResources: map(quantity()).optional(),
  allocatedResourcesStatus: list(ResourceStatus).optional(),
  containerID: string().optional(),
  image: string(),
  imageID: string(),
  lastState: ContainerState.optional(),
  name: string(),
  ready: boolean(),
  resources: ResourceRequirements.optional(),
  restartCount: int32(),
  started: boolean().optional(),
  state: ContainerState.optional(),
  stopSignal: string().optional(),
  user: ContainerUser.optional(),
  volumeMounts: list(VolumeMountStatus).optional(),
});
export type ContainerStatus = Infer<typeof ContainerStatus>;
