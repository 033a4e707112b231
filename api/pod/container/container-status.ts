import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, int64, listMap, ref, resourceList, string, struct, time } from '../../schema/fields.ts';
import { ResourceRequirements } from '../resources/resources.ts';

export const ImageVolumeStatus = struct('ImageVolumeStatus', 'The image behind a volume.', {
  imageRef: string('Reference of the image, with its digest.'),
});
export type ImageVolumeStatus = Infer<typeof ImageVolumeStatus>;

export const VolumeStatus = struct('VolumeStatus', 'State of a mounted volume.', {
  image: ref(ImageVolumeStatus, 'Set for image volumes.').optional(),
});
export type VolumeStatus = Infer<typeof VolumeStatus>;

export const ContainerStateRunning = struct('ContainerStateRunning', 'A container that runs.', {
  startedAt: time('When it was started.', { presence: 'null' }).optional(),
});
export type ContainerStateRunning = Infer<typeof ContainerStateRunning>;

export const ContainerStateTerminated = struct('ContainerStateTerminated', 'A container that has ended.', {
  containerID: string('Identifier of the container, as runtime://id.').optional(),
  exitCode: int32('Exit status of its process.'),
  finishedAt: time('When it ended.', { presence: 'null' }).optional(),
  message: string('What it said last, or the runtime says of it.').optional(),
  reason: string('Why it ended, such as Completed, Error or OOMKilled.').optional(),
  signal: int32('Signal that ended it.').optional(),
  startedAt: time('When it was started.', { presence: 'null' }).optional(),
});
export type ContainerStateTerminated = Infer<typeof ContainerStateTerminated>;

export const ContainerStateWaiting = struct('ContainerStateWaiting', 'A container that does not run yet.', {
  message: string('Explanation for people.').optional(),
  reason: string('Why not, such as ContainerCreating or CrashLoopBackOff.').optional(),
});
export type ContainerStateWaiting = Infer<typeof ContainerStateWaiting>;

export const ContainerState = struct('ContainerState', 'State of a container: one of the three.', {
  running: ref(ContainerStateRunning, 'It runs.').optional(),
  terminated: ref(ContainerStateTerminated, 'It has ended.').optional(),
  waiting: ref(ContainerStateWaiting, 'It does not run yet.').optional(),
});
export type ContainerState = Infer<typeof ContainerState>;

export const VolumeMountStatus = struct('VolumeMountStatus', 'A mount, as it came out.', {
  mountPath: string('Path in the container.'),
  name: string('Name of the volume.'),
  readOnly: boolean('Whether it is mounted without the right to write.').optional(),
  recursiveReadOnly: string('Whether the mounts below it are read-only too: Disabled or Enabled.', {
    presence: 'pointer',
    goType: 'RecursiveReadOnlyMode',
  }).optional(),
  volumeStatus: ref(VolumeStatus, 'State of the volume.', { presence: 'filled' }).optional(),
});
export type VolumeMountStatus = Infer<typeof VolumeMountStatus>;

export const LinuxContainerUser = struct('LinuxContainerUser', "Identity of a container's first process.", {
  gid: int64('Primary group.'),
  supplementalGroups: atomicList(int64(), 'Other groups.').optional(),
  uid: int64('User.'),
});
export type LinuxContainerUser = Infer<typeof LinuxContainerUser>;

export const ContainerUser = struct('ContainerUser', "Identity of a container's first process.", {
  linux: ref(LinuxContainerUser, 'On Linux.').optional(),
});
export type ContainerUser = Infer<typeof ContainerUser>;

export const ResourceHealth = struct('ResourceHealth', 'Health of a device.', {
  health: string('Healthy, Unhealthy or Unknown.', { goType: 'ResourceHealthStatus' }).optional(),
  message: string('Explanation for people.', { presence: 'pointer' }).optional(),
  resourceID: string('Identifier of the device.', { goType: 'ResourceID' }),
});
export type ResourceHealth = Infer<typeof ResourceHealth>;

export const ResourceStatus = struct('ResourceStatus', 'Health of the devices of one resource.', {
  name: string('Name of the resource.', { goType: 'ResourceName' }),
  resources: listMap(ResourceHealth, ['resourceID'], 'The devices.', { patch: false }).optional(),
});
export type ResourceStatus = Infer<typeof ResourceStatus>;

export const ContainerStatus = struct('ContainerStatus', 'What was last seen of a container.', {
  allocatedResources: resourceList('Resources that the node has set aside for it.').optional(),
  allocatedResourcesStatus: listMap(ResourceStatus, ['name'], 'Health of its devices.').optional(),
  containerID: string('Identifier, as runtime://id.').optional(),
  image: string('Image it runs, as the runtime names it.'),
  imageID: string('Image it runs, with its digest.'),
  lastState: ref(ContainerState, 'State before the last restart.', { presence: 'filled' }).optional(),
  name: string('Name of the container in the spec.'),
  ready: boolean('Whether it passes its readiness probe.'),
  resources: ref(ResourceRequirements, 'Requests and limits in force.').optional(),
  restartCount: int32('How often it was started again.'),
  started: boolean('Whether its start, with the startup probe and the post-start hook, is over.', { presence: 'pointer' }).optional(),
  state: ref(ContainerState, 'State now.', { presence: 'filled' }).optional(),
  stopSignal: string('Signal that it is stopped with.', { presence: 'pointer', goType: 'Signal' }).optional(),
  user: ref(ContainerUser, 'Who its first process runs as.').optional(),
  volumeMounts: listMap(VolumeMountStatus, ['mountPath'], 'Mounts, as they came out.').optional(),
});
export type ContainerStatus = Infer<typeof ContainerStatus>;
