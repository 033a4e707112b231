import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, listMap, ref, setList, string, struct } from '../../schema/fields.ts';
import { EnvFromSource, EnvVar } from '../env/env.ts';
import { ResourceRequirements } from '../resources/resources.ts';
import { SecurityContext } from '../security/security-context.ts';
import { Lifecycle, Probe } from './probe.ts';

export const ContainerPort = struct('ContainerPort', 'A port that a container listens on.', {
  containerPort: int32('Port number in the pod.').tag(3),
  hostIP: string('Address of the node that the port is bound to.').tag(5).optional(),
  hostPort: int32('Port number on the node.').tag(2).optional(),
  name: string('Name that Services may refer to the port by, unique within the pod.').tag(1).optional(),
  protocol: string('UDP, TCP or SCTP.', { goType: 'Protocol', default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'], published: 'TCP' })
    .tag(4)
    .optional(),
});
export type ContainerPort = Infer<typeof ContainerPort>;

export const VolumeMount = struct('VolumeMount', 'Where a volume appears in a container.', {
  mountPath: string('Path in the container; may not hold a colon.').tag(3),
  mountPropagation: string('How mounts pass between node and container; None, if left out.', {
    presence: 'pointer',
    goType: 'MountPropagationMode',
    enum: ['Bidirectional', 'HostToContainer', 'None'],
  })
    .tag(5)
    .optional(),
  name: string('Name of the volume.').tag(1),
  readOnly: boolean('Mount it without the right to write.').tag(2).optional(),
  recursiveReadOnly: string('Whether the mounts below are read-only too: Disabled, IfPossible or Enabled.', {
    presence: 'pointer',
    goType: 'RecursiveReadOnlyMode',
  })
    .tag(7)
    .optional(),
  subPath: string('Path within the volume to mount, instead of its root.').tag(4).optional(),
  subPathExpr: string("As subPath, with $(NAME) replaced by the container's environment.").tag(6).optional(),
});
export type VolumeMount = Infer<typeof VolumeMount>;

export const VolumeDevice = struct('VolumeDevice', 'Where a raw block volume appears in a container.', {
  devicePath: string('Path of the device in the container.').tag(2),
  name: string('Name of the volume.').tag(1),
});
export type VolumeDevice = Infer<typeof VolumeDevice>;

export const ContainerResizePolicy = struct('ContainerResizePolicy', 'What changing a resource does to a container.', {
  resourceName: string('cpu or memory.', { goType: 'ResourceName' }).tag(1),
  restartPolicy: string('NotRequired or RestartContainer.', { goType: 'ResourceResizeRestartPolicy' }).tag(2),
});
export type ContainerResizePolicy = Infer<typeof ContainerResizePolicy>;

export const ContainerRestartRuleOnExitCodes = struct('ContainerRestartRuleOnExitCodes', 'A test of an exit status.', {
  operator: string('In or NotIn.', { goType: 'ContainerRestartRuleOnExitCodesOperator', presence: 'value' }).tag(1),
  values: setList(int32(), 'Exit statuses, at most 255.').tag(2).optional(),
});
export type ContainerRestartRuleOnExitCodes = Infer<typeof ContainerRestartRuleOnExitCodes>;

export const ContainerRestartRule = struct('ContainerRestartRule', 'What to do when a container exits so.', {
  action: string('Restart, or RestartAllContainers.', { goType: 'ContainerRestartRuleAction', presence: 'value' }).tag(1),
  exitCodes: ref(ContainerRestartRuleOnExitCodes, 'The exit statuses it is for.').tag(2).optional(),
});
export type ContainerRestartRule = Infer<typeof ContainerRestartRule>;

export const Container = struct('Container', 'A container to run in a pod.', {
  args: atomicList(string(), "Arguments of the command; $(NAME) is replaced by the environment. The image's, if left out.").tag(4).optional(),
  command: atomicList(string(), "Program to run, without a shell; $(NAME) is replaced by the environment. The image's, if left out.")
    .tag(3)
    .optional(),
  env: listMap(EnvVar, ['name'], 'Environment variables.').tag(7).optional(),
  envFrom: atomicList(EnvFromSource, 'Sources of environment variables; later ones win, and env wins over all.').tag(19).optional(),
  image: string('Image to run.').tag(2).optional(),
  imagePullPolicy: string('When to pull the image; Always for :latest, else IfNotPresent, if left out.', {
    goType: 'PullPolicy',
    enum: ['Always', 'IfNotPresent', 'Never'],
  })
    .tag(14)
    .optional(),
  lifecycle: ref(Lifecycle, 'What to run after the start and before the end.').tag(12).optional(),
  livenessProbe: ref(Probe, 'Check whose failure restarts the container.').tag(10).optional(),
  name: string('Name of the container, a DNS label unique within the pod.').tag(1),
  ports: listMap(ContainerPort, ['containerPort', 'protocol'], 'Ports it listens on; for information, and for names.').tag(6).optional(),
  readinessProbe: ref(Probe, 'Check whose failure takes the pod out of its Services.').tag(11).optional(),
  resizePolicy: atomicList(ContainerResizePolicy, 'What changing a resource does to it.').tag(23).optional(),
  resources: ref(ResourceRequirements, 'What it needs, and may use.', { presence: 'filled' }).tag(8).optional(),
  restartPolicy: string("When it is started again, where that differs from the pod's; Always makes an init container a sidecar.", {
    presence: 'pointer',
    goType: 'ContainerRestartPolicy',
  })
    .tag(24)
    .optional(),
  restartPolicyRules: atomicList(ContainerRestartRule, 'Exceptions to restartPolicy by exit status.').tag(25).optional(),
  securityContext: ref(SecurityContext, 'Privileges it runs with.').tag(15).optional(),
  startupProbe: ref(Probe, 'Check that must succeed before the others begin.').tag(22).optional(),
  stdin: boolean('Give it a standard input that clients can attach to.').tag(16).optional(),
  stdinOnce: boolean('Close that input when the first client leaves.').tag(17).optional(),
  terminationMessagePath: string('File in the container whose content becomes its termination message.', {
    default: '/dev/termination-log',
  })
    .tag(13)
    .optional(),
  terminationMessagePolicy: string('File, or FallbackToLogsOnError to take the end of the logs where the file is empty.', {
    goType: 'TerminationMessagePolicy',
    default: 'File',
    enum: ['FallbackToLogsOnError', 'File'],
  })
    .tag(20)
    .optional(),
  tty: boolean('Give it a terminal.').tag(18).optional(),
  volumeDevices: listMap(VolumeDevice, ['devicePath'], 'Raw block volumes.').tag(21).optional(),
  volumeMounts: listMap(VolumeMount, ['mountPath'], 'Volumes to mount.').tag(9).optional(),
  workingDir: string("Directory to start in; the image's, if left out.").tag(5).optional(),
});
export type Container = Infer<typeof Container>;

export const EphemeralContainer = struct('EphemeralContainer', 'A container added to a running pod, to look into it.', {
  args: atomicList(string(), "Arguments of the command; $(NAME) is replaced by the environment. The image's, if left out.", {
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 4)
    .optional(),
  command: atomicList(string(), "Program to run, without a shell; $(NAME) is replaced by the environment. The image's, if left out.", {
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 3)
    .optional(),
  env: listMap(EnvVar, ['name'], 'Environment variables.', { embedded: 'EphemeralContainerCommon' }).tag(1, 7).optional(),
  envFrom: atomicList(EnvFromSource, 'Sources of environment variables; later ones win, and env wins over all.', {
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 19)
    .optional(),
  image: string('Image to run.', { embedded: 'EphemeralContainerCommon' }).tag(1, 2).optional(),
  imagePullPolicy: string('When to pull the image; Always for :latest, else IfNotPresent, if left out.', {
    goType: 'PullPolicy',
    enum: ['Always', 'IfNotPresent', 'Never'],
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 14)
    .optional(),
  lifecycle: ref(Lifecycle, 'What to run after the start and before the end.', { embedded: 'EphemeralContainerCommon' }).tag(1, 12).optional(),
  livenessProbe: ref(Probe, 'Check whose failure restarts the container.', { embedded: 'EphemeralContainerCommon' }).tag(1, 10).optional(),
  name: string('Name of the container, a DNS label unique within the pod.', { embedded: 'EphemeralContainerCommon' }).tag(1, 1),
  ports: listMap(ContainerPort, ['containerPort', 'protocol'], 'Ports it listens on; for information, and for names.', {
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 6)
    .optional(),
  readinessProbe: ref(Probe, 'Check whose failure takes the pod out of its Services.', { embedded: 'EphemeralContainerCommon' })
    .tag(1, 11)
    .optional(),
  resizePolicy: atomicList(ContainerResizePolicy, 'What changing a resource does to it.', { embedded: 'EphemeralContainerCommon' })
    .tag(1, 23)
    .optional(),
  resources: ref(ResourceRequirements, 'What it needs, and may use.', { presence: 'filled', embedded: 'EphemeralContainerCommon' })
    .tag(1, 8)
    .optional(),
  restartPolicy: string("When it is started again, where that differs from the pod's; Always makes an init container a sidecar.", {
    presence: 'pointer',
    goType: 'ContainerRestartPolicy',
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 24)
    .optional(),
  restartPolicyRules: atomicList(ContainerRestartRule, 'Exceptions to restartPolicy by exit status.', {
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 25)
    .optional(),
  securityContext: ref(SecurityContext, 'Privileges it runs with.', { embedded: 'EphemeralContainerCommon' }).tag(1, 15).optional(),
  startupProbe: ref(Probe, 'Check that must succeed before the others begin.', { embedded: 'EphemeralContainerCommon' }).tag(1, 22).optional(),
  stdin: boolean('Give it a standard input that clients can attach to.', { embedded: 'EphemeralContainerCommon' }).tag(1, 16).optional(),
  stdinOnce: boolean('Close that input when the first client leaves.', { embedded: 'EphemeralContainerCommon' }).tag(1, 17).optional(),
  targetContainerName: string('Container whose processes it shares; none, if left out.').tag(2).optional(),
  terminationMessagePath: string('File in the container whose content becomes its termination message.', {
    default: '/dev/termination-log',
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 13)
    .optional(),
  terminationMessagePolicy: string('File, or FallbackToLogsOnError to take the end of the logs where the file is empty.', {
    goType: 'TerminationMessagePolicy',
    default: 'File',
    enum: ['FallbackToLogsOnError', 'File'],
    embedded: 'EphemeralContainerCommon',
  })
    .tag(1, 20)
    .optional(),
  tty: boolean('Give it a terminal.', { embedded: 'EphemeralContainerCommon' }).tag(1, 18).optional(),
  volumeDevices: listMap(VolumeDevice, ['devicePath'], 'Raw block volumes.', { embedded: 'EphemeralContainerCommon' }).tag(1, 21).optional(),
  volumeMounts: listMap(VolumeMount, ['mountPath'], 'Volumes to mount.', { embedded: 'EphemeralContainerCommon' }).tag(1, 9).optional(),
  workingDir: string("Directory to start in; the image's, if left out.", { embedded: 'EphemeralContainerCommon' }).tag(1, 5).optional(),
});
export type EphemeralContainer = Infer<typeof EphemeralContainer>;
