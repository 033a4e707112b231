import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, listMap, ref, setList, string, struct } from '../../schema/fields.ts';
import { EnvFromSource, EnvVar } from '../env/env.ts';
import { ResourceRequirements } from '../resources/resources.ts';
import { SecurityContext } from '../security/security-context.ts';
import { Lifecycle, Probe } from './probe.ts';

export const ContainerPort = struct('ContainerPort', 'A port that a container listens on.', {
  containerPort: int32('Port number in the pod.'),
  hostIP: string('Address of the node that the port is bound to.').optional(),
  hostPort: int32('Port number on the node.').optional(),
  name: string('Name that Services may refer to the port by, unique within the pod.').optional(),
  protocol: string('UDP, TCP or SCTP.', { goType: 'Protocol', default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] }).optional(),
});
export type ContainerPort = Infer<typeof ContainerPort>;

export const VolumeMount = struct('VolumeMount', 'Where a volume appears in a container.', {
  mountPath: string('Path in the container; may not hold a colon.'),
  mountPropagation: string('How mounts pass between node and container; None, if left out.', {
    presence: 'pointer',
    goType: 'MountPropagationMode',
    enum: ['Bidirectional', 'HostToContainer', 'None'],
  }).optional(),
  name: string('Name of the volume.'),
  readOnly: boolean('Mount it without the right to write.').optional(),
  recursiveReadOnly: string('Whether the mounts below are read-only too: Disabled, IfPossible or Enabled.', {
    presence: 'pointer',
    goType: 'RecursiveReadOnlyMode',
  }).optional(),
  subPath: string('Path within the volume to mount, instead of its root.').optional(),
  subPathExpr: string("As subPath, with $(NAME) replaced by the container's environment.").optional(),
});
export type VolumeMount = Infer<typeof VolumeMount>;

export const VolumeDevice = struct('VolumeDevice', 'Where a raw block volume appears in a container.', {
  devicePath: string('Path of the device in the container.'),
  name: string('Name of the volume.'),
});
export type VolumeDevice = Infer<typeof VolumeDevice>;

export const ContainerResizePolicy = struct('ContainerResizePolicy', 'What changing a resource does to a container.', {
  resourceName: string('cpu or memory.', { goType: 'ResourceName' }),
  restartPolicy: string('NotRequired or RestartContainer.', { goType: 'ResourceResizeRestartPolicy' }),
});
export type ContainerResizePolicy = Infer<typeof ContainerResizePolicy>;

export const ContainerRestartRuleOnExitCodes = struct('ContainerRestartRuleOnExitCodes', 'A test of an exit status.', {
  operator: string('In or NotIn.', { goType: 'ContainerRestartRuleOnExitCodesOperator' }),
  values: setList(int32(), 'Exit statuses, at most 255.').optional(),
});
export type ContainerRestartRuleOnExitCodes = Infer<typeof ContainerRestartRuleOnExitCodes>;

export const ContainerRestartRule = struct('ContainerRestartRule', 'What to do when a container exits so.', {
  action: string('Restart, or RestartAllContainers.', { goType: 'ContainerRestartRuleAction' }),
  exitCodes: ref(ContainerRestartRuleOnExitCodes, 'The exit statuses it is for.').optional(),
});
export type ContainerRestartRule = Infer<typeof ContainerRestartRule>;

export const Container = struct('Container', 'A container to run in a pod.', {
  args: atomicList(string(), "Arguments of the command; $(NAME) is replaced by the environment. The image's, if left out.").optional(),
  command: atomicList(string(), "Program to run, without a shell; $(NAME) is replaced by the environment. The image's, if left out.").optional(),
  env: listMap(EnvVar, ['name'], 'Environment variables.').optional(),
  envFrom: atomicList(EnvFromSource, 'Sources of environment variables; later ones win, and env wins over all.').optional(),
  image: string('Image to run.').optional(),
  imagePullPolicy: string('When to pull the image; Always for :latest, else IfNotPresent, if left out.', {
    goType: 'PullPolicy',
    enum: ['Always', 'IfNotPresent', 'Never'],
  }).optional(),
  lifecycle: ref(Lifecycle, 'What to run after the start and before the end.').optional(),
  livenessProbe: ref(Probe, 'Check whose failure restarts the container.').optional(),
  name: string('Name of the container, a DNS label unique within the pod.'),
  ports: listMap(ContainerPort, ['containerPort', 'protocol'], 'Ports it listens on; for information, and for names.').optional(),
  readinessProbe: ref(Probe, 'Check whose failure takes the pod out of its Services.').optional(),
  resizePolicy: atomicList(ContainerResizePolicy, 'What changing a resource does to it.').optional(),
  resources: ref(ResourceRequirements, 'What it needs, and may use.', { presence: 'filled' }).optional(),
  restartPolicy: string("When it is started again, where that differs from the pod's; Always makes an init container a sidecar.", {
    presence: 'pointer',
    goType: 'ContainerRestartPolicy',
  }).optional(),
  restartPolicyRules: atomicList(ContainerRestartRule, 'Exceptions to restartPolicy by exit status.').optional(),
  securityContext: ref(SecurityContext, 'Privileges it runs with.').optional(),
  startupProbe: ref(Probe, 'Check that must succeed before the others begin.').optional(),
  stdin: boolean('Give it a standard input that clients can attach to.').optional(),
  stdinOnce: boolean('Close that input when the first client leaves.').optional(),
  terminationMessagePath: string('File in the container whose content becomes its termination message.', {
    default: '/dev/termination-log',
  }).optional(),
  terminationMessagePolicy: string('File, or FallbackToLogsOnError to take the end of the logs where the file is empty.', {
    goType: 'TerminationMessagePolicy',
    default: 'File',
    enum: ['FallbackToLogsOnError', 'File'],
  }).optional(),
  tty: boolean('Give it a terminal.').optional(),
  volumeDevices: listMap(VolumeDevice, ['devicePath'], 'Raw block volumes.').optional(),
  volumeMounts: listMap(VolumeMount, ['mountPath'], 'Volumes to mount.').optional(),
  workingDir: string("Directory to start in; the image's, if left out.").optional(),
});
export type Container = Infer<typeof Container>;

export const EphemeralContainer = struct('EphemeralContainer', 'A container added to a running pod, to look into it.', {
  args: atomicList(string(), "Arguments of the command; $(NAME) is replaced by the environment. The image's, if left out.", {
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  command: atomicList(string(), "Program to run, without a shell; $(NAME) is replaced by the environment. The image's, if left out.", {
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  env: listMap(EnvVar, ['name'], 'Environment variables.', { embedded: 'EphemeralContainerCommon' }).optional(),
  envFrom: atomicList(EnvFromSource, 'Sources of environment variables; later ones win, and env wins over all.', {
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  image: string('Image to run.', { embedded: 'EphemeralContainerCommon' }).optional(),
  imagePullPolicy: string('When to pull the image; Always for :latest, else IfNotPresent, if left out.', {
    goType: 'PullPolicy',
    enum: ['Always', 'IfNotPresent', 'Never'],
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  lifecycle: ref(Lifecycle, 'What to run after the start and before the end.', { embedded: 'EphemeralContainerCommon' }).optional(),
  livenessProbe: ref(Probe, 'Check whose failure restarts the container.', { embedded: 'EphemeralContainerCommon' }).optional(),
  name: string('Name of the container, a DNS label unique within the pod.', { embedded: 'EphemeralContainerCommon' }),
  ports: listMap(ContainerPort, ['containerPort', 'protocol'], 'Ports it listens on; for information, and for names.', {
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  readinessProbe: ref(Probe, 'Check whose failure takes the pod out of its Services.', { embedded: 'EphemeralContainerCommon' }).optional(),
  resizePolicy: atomicList(ContainerResizePolicy, 'What changing a resource does to it.', { embedded: 'EphemeralContainerCommon' }).optional(),
  resources: ref(ResourceRequirements, 'What it needs, and may use.', { presence: 'filled', embedded: 'EphemeralContainerCommon' }).optional(),
  restartPolicy: string("When it is started again, where that differs from the pod's; Always makes an init container a sidecar.", {
    presence: 'pointer',
    goType: 'ContainerRestartPolicy',
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  restartPolicyRules: atomicList(ContainerRestartRule, 'Exceptions to restartPolicy by exit status.', {
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  securityContext: ref(SecurityContext, 'Privileges it runs with.', { embedded: 'EphemeralContainerCommon' }).optional(),
  startupProbe: ref(Probe, 'Check that must succeed before the others begin.', { embedded: 'EphemeralContainerCommon' }).optional(),
  stdin: boolean('Give it a standard input that clients can attach to.', { embedded: 'EphemeralContainerCommon' }).optional(),
  stdinOnce: boolean('Close that input when the first client leaves.', { embedded: 'EphemeralContainerCommon' }).optional(),
  targetContainerName: string('Container whose processes it shares; none, if left out.').optional(),
  terminationMessagePath: string('File in the container whose content becomes its termination message.', {
    default: '/dev/termination-log',
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  terminationMessagePolicy: string('File, or FallbackToLogsOnError to take the end of the logs where the file is empty.', {
    goType: 'TerminationMessagePolicy',
    default: 'File',
    enum: ['FallbackToLogsOnError', 'File'],
    embedded: 'EphemeralContainerCommon',
  }).optional(),
  tty: boolean('Give it a terminal.', { embedded: 'EphemeralContainerCommon' }).optional(),
  volumeDevices: listMap(VolumeDevice, ['devicePath'], 'Raw block volumes.', { embedded: 'EphemeralContainerCommon' }).optional(),
  volumeMounts: listMap(VolumeMount, ['mountPath'], 'Volumes to mount.', { embedded: 'EphemeralContainerCommon' }).optional(),
  workingDir: string("Directory to start in; the image's, if left out.", { embedded: 'EphemeralContainerCommon' }).optional(),
});
export type EphemeralContainer = Infer<typeof EphemeralContainer>;
