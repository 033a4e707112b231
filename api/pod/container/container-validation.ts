import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, ENOUGH_FAULTS, forbidden, invalid, notFound, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkChoice } from '../../validation/field-rules.ts';
import { dns1123LabelFaults } from '../../validation/name-rules.ts';
import { PULL_POLICIES } from '../image/pull-policy-validation.ts';
import { checkResources } from '../resources/resources-validation.ts';
import { checkSecurityContext } from '../security/security-context-validation.ts';
import type { Volume } from '../volume/volume.ts';
import type { Container, EphemeralContainer } from './container.ts';
import { checkContainerRestartRules } from './container-restart-validation.ts';
import { checkEnv, checkEnvFrom } from './env-validation.ts';
import { checkContainerPorts, checkHostPortConflicts } from './port-validation.ts';
import { checkLifecycle, checkProbe } from './probe-validation.ts';
import { checkResizePolicy } from './resize-policy-validation.ts';
import { isSidecar } from './sidecar.ts';
import { checkVolumeDevices, checkVolumeMounts } from './volume-mount-validation.ts';

/** The part of a pod that the rules of its containers depend on. */
export interface PodSurroundings {
  /** The pod's volumes that are valid, by name. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly claims: ReadonlySet<string>;
  readonly gracePeriod: number | undefined;
  readonly restartPolicy: string | undefined;
  readonly hostUsers: boolean;
  readonly os: string | undefined;
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function checkCommonRules(errors: FieldError[], container: Container, pod: PodSurroundings, path: FieldPath): void {
  if (!container.name) errors.push(required(pathText(path, 'name')));
  else addFaults(errors, dns1123LabelFaults(container.name), container.name, path, 'name');
  if (!container.image) errors.push(required(pathText(path, 'image')));
  checkChoice(errors, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], path, 'terminationMessagePolicy');
  if (container.ports) checkContainerPorts(errors, container.ports, childPath(path, 'ports'));
  if (container.env) checkEnv(errors, container.env, pod.volumes, childPath(path, 'env'));
  if (container.envFrom) checkEnvFrom(errors, container.envFrom, childPath(path, 'envFrom'));
  if (container.volumeMounts) checkVolumeMounts(errors, container, pod.volumes, childPath(path, 'volumeMounts'));
  if (container.volumeDevices) checkVolumeDevices(errors, container.volumeDevices, container, pod.volumes, childPath(path, 'volumeDevices'));
  checkChoice(errors, container.imagePullPolicy, PULL_POLICIES, path, 'imagePullPolicy');
  if (container.resources) checkResources(errors, container.resources, pod.claims, 'container', childPath(path, 'resources'));
  if (container.resizePolicy) checkResizePolicy(errors, container.resizePolicy, pod.restartPolicy, path);
  checkSecurityContext(errors, container.securityContext, pod.hostUsers, childPath(path, 'securityContext'));
}

function checkHooksAndProbes(errors: FieldError[], container: Container, pod: PodSurroundings, path: FieldPath): void {
  checkLifecycle(errors, container.lifecycle, pod.gracePeriod, pod.os, path);
  for (const role of PROBES) checkProbe(errors, container[role], role, pod.gracePeriod, path);
}

export function checkContainers(errors: FieldError[], containers: readonly Container[], pod: PodSurroundings, path: FieldPath): void {
  if (containers.length === 0) {
    errors.push(required(pathText(path)));
    return;
  }
  const names = new Set<string>();
  containers.forEach((container, i) => {
    if (errors.length >= ENOUGH_FAULTS) return;
    const at = indexPath(path, i);
    checkCommonRules(errors, container, pod, at);
    const name = container.name ?? '';
    if (names.has(name)) errors.push(duplicate(pathText(at, 'name'), name));
    names.add(name);
    checkHooksAndProbes(errors, container, pod, at);
    checkContainerRestartRules(errors, container, at);
  });
  checkHostPortConflicts(errors, containers, path);
}

/** Init containers run one by one; those with restartPolicy Always (sidecars) keep running, and may have probes and hooks. */
export function checkInitContainers(
  errors: FieldError[],
  containers: readonly Container[],
  regular: readonly Container[],
  pod: PodSurroundings,
  path: FieldPath,
): void {
  const names = new Set(regular.map((container) => container.name));
  containers.forEach((container, i) => {
    if (errors.length >= ENOUGH_FAULTS) return;
    const at = indexPath(path, i);
    checkCommonRules(errors, container, pod, at);
    checkContainerRestartRules(errors, container, at);
    if (names.has(container.name)) errors.push(duplicate(pathText(at, 'name'), container.name ?? ''));
    else if (container.name) names.add(container.name);
    checkHostPortConflicts(errors, [container], path);
    if (isSidecar(container)) checkHooksAndProbes(errors, container, pod, at);
    else {
      for (const field of ['lifecycle', ...PROBES] as const) {
        if (container[field]) errors.push(forbidden(pathText(at, field), 'may not be set for init containers without restartPolicy=Always'));
      }
    }
  });
}

/** Fields that an ephemeral container may not have: it is for inspection, and nothing may rely on it. */
const FORBIDDEN_IN_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

const isSet = (value: unknown): boolean =>
  value !== undefined && (Array.isArray(value) || typeof value !== 'object' || value === null || Object.keys(value).length > 0);

export function checkEphemeralContainers(
  errors: FieldError[],
  containers: readonly EphemeralContainer[],
  others: readonly Container[],
  pod: PodSurroundings,
  path: FieldPath,
): void {
  const otherNames = new Set(others.map((container) => container.name));
  const names = new Set(otherNames);
  containers.forEach((container, i) => {
    if (errors.length >= ENOUGH_FAULTS) return;
    const at = indexPath(path, i);
    checkCommonRules(errors, container, pod, at);
    checkImageSpacing(errors, container, at);
    if (names.has(container.name)) errors.push(duplicate(pathText(at, 'name'), container.name ?? ''));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !otherNames.has(target)) errors.push(notFound(pathText(at, 'targetContainerName'), target));
    for (const field of FORBIDDEN_IN_EPHEMERAL) {
      if (isSet(container[field])) errors.push(forbidden(pathText(at, field), 'cannot be set for an Ephemeral Container'));
    }
    container.volumeMounts?.forEach((mount, j) => {
      const mountPath = indexPath(childPath(at, 'volumeMounts'), j);
      if (mount.subPath) errors.push(forbidden(pathText(mountPath, 'subPath'), 'cannot be set for an Ephemeral Container'));
      if (mount.subPathExpr) errors.push(forbidden(pathText(mountPath, 'subPathExpr'), 'cannot be set for an Ephemeral Container'));
    });
  });
}

/** Applies to pods only: in templates a blank image has been used as a placeholder. */
export function checkImageSpacing(errors: FieldError[], container: Container | EphemeralContainer, path: FieldPath): void {
  const image = container.image ?? '';
  if (image.trim() !== image) errors.push(invalid(pathText(path, 'image'), image, 'must not have leading or trailing whitespace'));
}
