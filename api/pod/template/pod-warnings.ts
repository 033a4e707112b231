import { own } from '../../../base/json.ts';
import type { ObjectMeta } from '../../meta/object-meta.ts';
import { dns1123LabelFaults } from '../../validation/name-rules.ts';
import type { Container } from '../container/container.ts';
import type { EnvVar } from '../env/env.ts';
import type { NodeSelectorTerm, PodAffinityTerm } from '../placement/affinity.ts';
import { isWhole } from '../resources/resource-quantity-validation.ts';
import { eachContainer } from '../spec/pod-containers.ts';
import type { PodSpec } from '../spec/pod-spec.ts';
import { portWarnings } from './pod-port-warnings.ts';
import type { PodTemplateSpec } from './pod-template.ts';

const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};
const SECCOMP_OF_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_OF_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR_OF_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/';

const OLD_VOLUMES = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
} as const;

/** Returns the warnings about a pod, on create only: pods are seldom updated by people. */
export function podWarnings(pod: PodTemplateSpec, old: PodTemplateSpec | undefined): string[] {
  if (old) return [];
  return [...nameWarnings(pod.metadata?.name, "the Pod's hostname"), ...templateWarnings(pod.spec, pod.metadata?.annotations, '')];
}

/** The part of an object with a pod template that its warnings depend on. */
interface Templated {
  readonly metadata?: ObjectMeta | undefined;
}

/**
 * Returns the warnings about an object with a pod template, on create and on updates that increment its generation.
 * @param path Of the template: `spec.template`
 */
export function podTemplateWarnings(
  object: Templated,
  old: Templated | undefined,
  template: PodTemplateSpec | undefined,
  path: string,
  { naming = true } = {},
): string[] {
  if (old && old.metadata?.generation === object.metadata?.generation) return [];
  const named = naming && !old ? nameWarnings(object.metadata?.name, 'Pod names and hostnames') : [];
  return [...named, ...templateWarnings(template?.spec, template?.metadata?.annotations, `${path}.`)];
}

function nameWarnings(name: string | undefined, use: string): string[] {
  const faults = dns1123LabelFaults(name ?? '');
  if (faults.length === 0) return [];
  return [`metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`];
}

/** Warnings beyond which no list is told of: an answer carries no more characters of them. */
const ENOUGH_WARNINGS = 4_096;

function templateWarnings(spec: PodSpec | undefined, annotations: Readonly<Record<string, string>> = {}, at: string): string[] {
  if (!spec) return [];
  const warnings: string[] = [];
  const field = `${at}spec`;
  const annotation = (key: string) => `${at}metadata.annotations[${key}]`;
  warnAboutLabels(warnings, spec, field);
  for (const [key, why] of Object.entries(OLD_ANNOTATIONS)) if (key in annotations) warnings.push(`${annotation(key)}: ${why}`);
  warnAboutVolumes(warnings, spec, field);
  warnAboutRepeats(warnings, spec.hostAliases ?? [], (alias) => alias.ip, `${field}.hostAliases`, 'ip');
  warnAboutRepeats(warnings, spec.imagePullSecrets ?? [], (secret) => secret.name ?? '', `${field}.imagePullSecrets`, 'name');
  spec.imagePullSecrets?.forEach((secret, i) => {
    if (!secret.name && warnings.length < ENOUGH_WARNINGS) warnings.push(`${field}.imagePullSecrets[${i}].name: invalid empty name ""`);
  });
  warnAboutFractions(warnings, spec.overhead, `${field}.overhead`);
  if (!spec.securityContext?.seccompProfile && SECCOMP_OF_POD in annotations) {
    warnings.push(`${annotation(SECCOMP_OF_POD)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
  }
  eachContainer(spec, (container, list, i) => {
    const { seccompProfile, appArmorProfile = spec.securityContext?.appArmorProfile } = container.securityContext ?? {};
    const seccomp = `${SECCOMP_OF_CONTAINER}${container.name}`;
    const appArmor = `${APPARMOR_OF_CONTAINER}${container.name}`;
    if (!seccompProfile && seccomp in annotations) {
      warnings.push(`${annotation(seccomp)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
    }
    // Those of pods are copied to the field, with a warning of its own.
    if (at !== '' && !appArmorProfile && appArmor in annotations) {
      warnings.push(`${annotation(appArmor)}: deprecated since v1.30; use the "appArmorProfile" field instead`);
    }
    warnAboutContainer(warnings, container, `${field}.${list}[${i}]`);
  });
  for (const warning of portWarnings(spec, field)) warnings.push(warning);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  warnAboutAffinity(warnings, spec, `${field}.affinity`);
  return warnings;
}

function warnAboutLabels(warnings: string[], spec: PodSpec, field: string): void {
  for (const key in spec.nodeSelector) {
    const why = own(OLD_NODE_LABELS, key);
    if (why !== undefined) warnings.push(`${field}.nodeSelector[${key}]: ${why}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  const at = `${field}.affinity.nodeAffinity`;
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms.forEach((term, i) => {
    warnAboutTerm(warnings, term, `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`);
  });
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, i) => {
    warnAboutTerm(warnings, preference, `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`);
  });
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, i) => {
    const constraint = `${field}.topologySpreadConstraints[${i}]`;
    const why = own(OLD_NODE_LABELS, topologyKey);
    if (why !== undefined) warnings.push(`${constraint}.topologyKey: ${topologyKey} is ${why}`);
    if (!labelSelector) warnings.push(`${constraint}.labelSelector: ${NULL_SELECTOR}`);
  });
}

function warnAboutTerm(warnings: string[], term: NodeSelectorTerm, field: string): void {
  term.matchExpressions?.forEach(({ key }, i) => {
    const why = own(OLD_NODE_LABELS, key);
    if (why !== undefined) warnings.push(`${field}.matchExpressions[${i}].key: ${key} is ${why}`);
  });
}

const NULL_SELECTOR = 'a null labelSelector results in matching no pod';

function warnAboutAffinity(warnings: string[], { affinity }: PodSpec, field: string): void {
  const warn = (term: PodAffinityTerm, at: string) => {
    if (!term.labelSelector) warnings.push(`${at}.labelSelector: ${NULL_SELECTOR}`);
  };
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
      warn(term, `${field}.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`);
    });
    affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ podAffinityTerm }, i) => {
      warn(podAffinityTerm, `${field}.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm`);
    });
  }
}

function warnAboutVolumes(warnings: string[], spec: PodSpec, field: string): void {
  spec.volumes?.forEach((volume, i) => {
    for (const kind of Object.keys(OLD_VOLUMES) as (keyof typeof OLD_VOLUMES)[]) {
      // The path is spelt with capitals upstream.
      if (volume[kind]) warnings.push(`${field}.volumes[${i}].${kind === 'storageos' ? 'storageOS' : kind}: ${OLD_VOLUMES[kind]}`);
    }
    const size = volume.emptyDir?.sizeLimit;
    if (size !== undefined && !isWhole(size)) {
      warnings.push(`${field}.volumes[${i}].emptyDir.sizeLimit: fractional byte value "${size}" is invalid, must be an integer`);
    }
  });
}

function warnAboutContainer(warnings: string[], { env = [], resources }: Pick<Container, 'env' | 'resources'>, field: string): void {
  warnAboutFractions(warnings, resources?.limits, `${field}.resources.limits`);
  warnAboutFractions(warnings, resources?.requests, `${field}.resources.requests`);
  const names = new Set<string>();
  env.forEach((variable, i) => {
    if (names.has(variable.name) && hides(variable)) {
      warnings.push(`${field}.env[${i}]: hides previous definition of "${variable.name}", which may be dropped when using apply`);
    }
    names.add(variable.name);
  });
}

/** Returns whether a variable replaces an earlier one of its name, rather than extending it (`X=$(X)123`). */
function hides({ name, value = '', valueFrom }: EnvVar): boolean {
  const reference = `$(${name})`;
  return valueFrom !== undefined || value === reference || !value.includes(reference);
}

function warnAboutFractions(warnings: string[], amounts: Readonly<Record<string, string>> | undefined, field: string): void {
  for (const name of ['memory', 'ephemeral-storage']) {
    const amount = amounts?.[name];
    if (amount !== undefined && !isWhole(amount)) {
      warnings.push(`${field}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`);
    }
  }
}

function warnAboutRepeats<T>(warnings: string[], items: readonly T[], pick: (item: T) => string, field: string, what: string): void {
  const seen = new Set<string>();
  items.forEach((item, i) => {
    const value = pick(item);
    if (seen.has(value) && warnings.length < ENOUGH_WARNINGS) warnings.push(`${field}[${i}].${what}: duplicate ${what} "${value}"`);
    seen.add(value);
  });
}
