import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, int64, listMap, ref, resourceList, string, struct, time } from '../../schema/fields.ts';
import { ResourceRequirements } from '../resources/resources.ts';
import { SIGNALS } from './signals.ts';

export const ImageVolumeStatus = struct('ImageVolumeStatus', 'The image behind a volume.', {
  imageRef: string('Reference of the image, with its digest.', { presence: 'value' }).tag(1),
});
export type ImageVolumeStatus = Infer<typeof ImageVolumeStatus>;

export const VolumeStatus = struct('VolumeStatus', 'State of a mounted volume.', {
  image: ref(ImageVolumeStatus, 'Set for image volumes.').tag(1).optional(),
});
export type VolumeStatus = Infer<typeof VolumeStatus>;

export const ContainerStateRunning = struct('ContainerStateRunning', 'A container that runs.', {
  startedAt: time('When it was started.', { presence: 'null' }).tag(1).optional(),
});
export type ContainerStateRunning = Infer<typeof ContainerStateRunning>;

export const ContainerStateTerminated = struct('ContainerStateTerminated', 'A container that has ended.', {
  containerID: string('Identifier of the container, as runtime://id.').tag(7).optional(),
  exitCode: int32('Exit status of its process.').tag(1),
  finishedAt: time('When it ended.', { presence: 'null' }).tag(6).optional(),
  message: string('What it said last, or the runtime says of it.').tag(4).optional(),
  reason: string('Why it ended, such as Completed, Error or OOMKilled.').tag(3).optional(),
  signal: int32('Signal that ended it.').tag(2).optional(),
  startedAt: time('When it was started.', { presence: 'null' }).tag(5).optional(),
});
export type ContainerStateTerminated = Infer<typeof ContainerStateTerminated>;

export const ContainerStateWaiting = struct('ContainerStateWaiting', 'A container that does not run yet.', {
  message: string('Explanation for people.').tag(2).optional(),
  reason: string('Why not, such as ContainerCreating or CrashLoopBackOff.').tag(1).optional(),
});
export type ContainerStateWaiting = Infer<typeof ContainerStateWaiting>;

export const ContainerState = struct('ContainerState', 'State of a container: one of the three.', {
  running: ref(ContainerStateRunning, 'It runs.').tag(2).optional(),
  terminated: ref(ContainerStateTerminated, 'It has ended.').tag(3).optional(),
  waiting: ref(ContainerStateWaiting, 'It does not run yet.').tag(1).optional(),
});
export type ContainerState = Infer<typeof ContainerState>;

export const VolumeMountStatus = struct('VolumeMountStatus', 'A mount, as it came out.', {
  mountPath: string('Path in the container.').tag(2),
  name: string('Name of the volume.').tag(1),
  readOnly: boolean('Whether it is mounted without the right to write.').tag(3).optional(),
  recursiveReadOnly: string('Whether the mounts below it are read-only too: Disabled or Enabled.', {
    presence: 'pointer',
    goType: 'RecursiveReadOnlyMode',
  })
    .tag(4)
    .optional(),
  volumeStatus: ref(VolumeStatus, 'State of the volume.').tag(5).optional(),
});
export type VolumeMountStatus = Infer<typeof VolumeMountStatus>;

export const LinuxContainerUser = struct('LinuxContainerUser', "Identity of a container's first process.", {
  gid: int64('Primary group.').tag(2),
  supplementalGroups: atomicList(int64(), 'Other groups.').tag(3).optional(),
  uid: int64('User.').tag(1),
});
export type LinuxContainerUser = Infer<typeof LinuxContainerUser>;

export const ContainerUser = struct('ContainerUser', "Identity of a container's first process.", {
  linux: ref(LinuxContainerUser, 'On Linux.').tag(1).optional(),
});
export type ContainerUser = Infer<typeof ContainerUser>;

export const ResourceHealth = struct('ResourceHealth', 'Health of a device.', {
  health: string('Healthy, Unhealthy or Unknown.', { goType: 'ResourceHealthStatus' }).tag(2).optional(),
  message: string('Explanation for people.', { presence: 'pointer' }).tag(6).optional(),
  resourceID: string('Identifier of the device.', { goType: 'ResourceID' }).tag(1),
});
export type ResourceHealth = Infer<typeof ResourceHealth>;

export const ResourceStatus = struct('ResourceStatus', 'Health of the devices of one resource.', {
  name: string('Name of the resource.', { goType: 'ResourceName' }).tag(1),
  resources: listMap(ResourceHealth, ['resourceID'], 'The devices.', { patch: false }).tag(2).optional(),
});
export type ResourceStatus = Infer<typeof ResourceStatus>;

export const ContainerStatus = struct('ContainerStatus', 'What was last seen of a container.', {
  allocatedResources: resourceList('Resources that the node has set aside for it.').tag(10).optional(),
  allocatedResourcesStatus: listMap(ResourceStatus, ['name'], 'Health of its devices.').tag(14).optional(),
  containerID: string('Identifier, as runtime://id.').tag(8).optional(),
  image: string('Image it runs, as the runtime names it.').tag(6),
  imageID: string('Image it runs, with its digest.').tag(7),
  lastState: ref(ContainerState, 'State before the last restart.', { presence: 'filled' }).tag(3).optional(),
  name: string('Name of the container in the spec.').tag(1),
  ready: boolean('Whether it passes its readiness probe.').tag(4),
  resources: ref(ResourceRequirements, 'Requests and limits in force.').tag(11).optional(),
  restartCount: int32('How often it was started again.').tag(5),
  started: boolean('Whether its start, with the startup probe and the post-start hook, is over.', { presence: 'pointer' }).tag(9).optional(),
  state: ref(ContainerState, 'State now.', { presence: 'filled' }).tag(2).optional(),
  stopSignal: string('Signal that it is stopped with.', { presence: 'pointer', goType: 'Signal', enum: SIGNALS }).tag(15).optional(),
  user: ref(ContainerUser, 'Who its first process runs as.').tag(13).optional(),
  volumeMounts: listMap(VolumeMountStatus, ['mountPath'], 'Mounts, as they came out.').tag(12).optional(),
});
export type ContainerStatus = Infer<typeof ContainerStatus>;
