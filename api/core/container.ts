import type { Infer } from '../schema/fields.ts';
import { boolean, int32, list, number, string, struct } from '../schema/fields.ts';
import { EnvFromSource, EnvVar } from './env.ts';
import { Lifecycle, Probe } from './probe.ts';
import { ResourceRequirements } from './resources.ts';
import { SecurityContext } from './security-context.ts';

export const ContainerPort = struct('ContainerPort', {
  containerPort: int32(),
  hostIP: string().optional(),
  hostPort: int32().optional(),
  name: string().optional(),
  protocol: string().optional(),
});
export type ContainerPort = Infer<typeof ContainerPort>;

export const VolumeMount = struct('VolumeMount', {
  mountPath: string(),
  mountPropagation: string().optional(),
  name: string(),
  readOnly: boolean().optional(),
  recursiveReadOnly: string().optional(),
  subPath: string().optional(),
  subPathExpr: string().optional(),
});
export type VolumeMount = Infer<typeof VolumeMount>;

export const VolumeDevice = struct('VolumeDevice', {
  devicePath: string(),
  name: string(),
});
export type VolumeDevice = Infer<typeof VolumeDevice>;

export const ContainerResizePolicy = struct('ContainerResizePolicy', {
  resourceName: string(),
  restartPolicy: string(),
});
export type ContainerResizePolicy = Infer<typeof ContainerResizePolicy>;

export const ContainerRestartRuleOnExitCodes = struct('ContainerRestartRuleOnExitCodes', {
  operator: string(),
  values: list(number()).optional(),
});
export type ContainerRestartRuleOnExitCodes = Infer<typeof ContainerRestartRuleOnExitCodes>;

export const ContainerRestartRule = struct('ContainerRestartRule', {
  action: string(),
  exitCodes: ContainerRestartRuleOnExitCodes.optional(),
});
export type ContainerRestartRule = Infer<typeof ContainerRestartRule>;

export const Container = struct('Container', {
  args: list(string()).optional(),
  command: list(string()).optional(),
  env: list(EnvVar).optional(),
  envFrom: list(EnvFromSource).optional(),
  image: string().optional(),
  imagePullPolicy: string().optional(),
  lifecycle: Lifecycle.optional(),
  livenessProbe: Probe.optional(),
  name: string(),
  ports: list(ContainerPort).optional(),
  readinessProbe: Probe.optional(),
  resizePolicy: list(ContainerResizePolicy).optional(),
  resources: ResourceRequirements.optional(),
  restartPolicy: string().optional(),
  restartPolicyRules: list(ContainerRestartRule).optional(),
  securityContext: SecurityContext.optional(),
  startupProbe: Probe.optional(),
  stdin: boolean().optional(),
  stdinOnce: boolean().optional(),
  terminationMessagePath: string().optional(),
  terminationMessagePolicy: string().optional(),
  tty: boolean().optional(),
  volumeDevices: list(VolumeDevice).optional(),
  volumeMounts: list(VolumeMount).optional(),
  workingDir: string().optional(),
});
export type Container = Infer<typeof Container>;

export const EphemeralContainer = struct('EphemeralContainer', {
  args: list(string()).optional(),
  command: list(string()).optional(),
  env: list(EnvVar).optional(),
  envFrom: list(EnvFromSource).optional(),
  image: string().optional(),
  imagePullPolicy: string().optional(),
  lifecycle: Lifecycle.optional(),
  livenessProbe: Probe.optional(),
  name: string(),
  ports: list(ContainerPort).optional(),
  readinessProbe: Probe.optional(),
  resizePolicy: list(ContainerResizePolicy).optional(),
  resources: ResourceRequirements.optional(),
  restartPolicy: string().optional(),
  restartPolicyRules: list(ContainerRestartRule).optional(),
  securityContext: SecurityContext.optional(),
  startupProbe: Probe.optional(),
  stdin: boolean().optional(),
  stdinOnce: boolean().optional(),
  targetContainerName: string().optional(),
  terminationMessagePath: string().optional(),
  terminationMessagePolicy: string().optional(),
  tty: boolean().optional(),
  volumeDevices: list(VolumeDevice).optional(),
  volumeMounts: list(VolumeMount).optional(),
  workingDir: string().optional(),
});
export type EphemeralContainer = Infer<typeof EphemeralContainer>;
