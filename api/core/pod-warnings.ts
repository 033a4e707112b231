import type { Live } from '../object.ts';
import type { Container } from './container.ts';
import type { Pod } from './pod.ts';
import { eachContainer } from './pod-containers.ts';
import type { PodSpec } from './pod-spec.ts';
import { isWhole } from './resource-quantity-validation.ts';

const RENAMED_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
};

const OLD_VOLUMES = {
  gitRepo: 'deprecated in v1.11',
  glusterfs: 'deprecated in v1.25, this feature has been completely removed',
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
} as const;

export function podWarnings(pod: Pod, old: Live<Pod> | undefined): string[] {
  return podSpecWarnings(pod.spec, pod.metadata?.annotations, 'spec', old?.spec);
}

/** The warnings for a pod's spec, of a pod or of a template; `field` is the path of the spec. On update only what is new is worth one. */
export function podSpecWarnings(
  spec: PodSpec | undefined,
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
  old: PodSpec | undefined,
): string[] {
  if (!spec || old) return [];
  const warnings: string[] = [];
  for (const key in spec.nodeSelector) warnAboutLabel(warnings, `${field}.nodeSelector[${key}]`, key);
  spec.topologySpreadConstraints?.forEach((constraint, i) => {
    warnAboutLabel(warnings, `${field}.topologySpreadConstraints[${i}].topologyKey`, constraint.topologyKey);
  });
  for (const key in annotations) {
    if (key.startsWith('container.apparmor.security.beta.kubernetes.io/')) {
      warnings.push(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
    } else if (key.includes('seccomp.security.alpha.kubernetes.io/')) {
      warnings.push(`metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
    }
  }
  warnAboutVolumes(warnings, spec, field);
  warnAboutRepeats(
    warnings,
    spec.hostAliases ?? [],
    (alias) => alias.ip,
    (i) => `${field}.hostAliases[${i}].ip`,
  );
  warnAboutRepeats(
    warnings,
    spec.imagePullSecrets ?? [],
    (secret) => secret.name ?? '',
    (i) => `${field}.imagePullSecrets[${i}].name`,
  );
  spec.imagePullSecrets?.forEach((secret, i) => {
    if (!secret.name) warnings.push(`${field}.imagePullSecrets[${i}].name: invalid empty name ""`);
  });
  eachContainer(spec, (container, list, i) => {
    warnAboutContainer(warnings, container, `${field}.${list}[${i}]`);
  });
  warnAboutPorts(warnings, spec, field);
  if (spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0) {
    warnings.push(`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  return warnings;
}

function warnAboutLabel(warnings: string[], field: string, key: string): void {
  const now = RENAMED_NODE_LABELS[key];
  if (now !== undefined) warnings.push(`${field}: ${key} is deprecated; use "${now}" instead`);
}

function warnAboutVolumes(warnings: string[], spec: PodSpec, field: string): void {
  spec.volumes?.forEach((volume, i) => {
    for (const kind of Object.keys(OLD_VOLUMES) as (keyof typeof OLD_VOLUMES)[]) {
      if (volume[kind]) warnings.push(`${field}.volumes[${i}].${kind}: ${OLD_VOLUMES[kind]}`);
    }
    const size = volume.emptyDir?.sizeLimit;
    if (size !== undefined && !isWhole(size)) {
      warnings.push(`${field}.volumes[${i}].emptyDir.sizeLimit: fractional byte value "${size}" is invalid, must be an integer`);
    }
  });
}

function warnAboutContainer(warnings: string[], container: Container, field: string): void {
  warnAboutRepeats(
    warnings,
    container.env ?? [],
    (variable) => variable.name,
    (i) => `${field}.env[${i}]`,
    'hides previous definition of',
  );
  for (const kind of ['limits', 'requests'] as const) {
    for (const name of ['memory', 'ephemeral-storage']) {
      const amount = container.resources?.[kind]?.[name];
      if (amount !== undefined && !isWhole(amount)) {
        warnings.push(`${field}.resources.${kind}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`);
      }
    }
  }
}

function warnAboutRepeats<T>(
  warnings: string[],
  items: readonly T[],
  nameOf: (item: T) => string,
  fieldOf: (index: number) => string,
  verb = 'duplicate name',
): void {
  const first = new Map<string, number>();
  items.forEach((item, i) => {
    const name = nameOf(item);
    if (name === '') return;
    const before = first.get(name);
    if (before === undefined) first.set(name, i);
    else if (verb === 'duplicate name') warnings.push(`${fieldOf(i)}: ${verb} "${name}"`);
    else warnings.push(`${fieldOf(i)}: ${verb} "${name}", which may be dropped when using apply`);
  });
}

/** Two ports of one number and protocol, or of one name, in a pod. */
function warnAboutPorts(warnings: string[], spec: PodSpec, field: string): void {
  const byNumber = new Map<string, string>();
  const byName = new Map<string, string>();
  for (const list of ['containers', 'initContainers'] as const) {
    spec[list]?.forEach((container, i) => {
      const own = new Map<string, string>();
      container.ports?.forEach((port, j) => {
        const at = `${field}.${list}[${i}].ports[${j}]`;
        const key = `${port.containerPort}/${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort ?? 0}`;
        const same = own.get(key);
        if (same !== undefined) warnings.push(`${at}: duplicate port definition with ${same}`);
        own.set(key, at);
        if (list === 'containers') {
          const elsewhere = byNumber.get(key);
          if (elsewhere !== undefined && same === undefined) warnings.push(`${at}: duplicate port definition with ${elsewhere}`);
          byNumber.set(key, at);
        }
        if (!port.name) return;
        const named = byName.get(port.name);
        if (named !== undefined)
          warnings.push(`${at}: duplicate port name "${port.name}" with ${named}, services and probes that select ports by name will use ${named}`);
        else byName.set(port.name, at);
      });
    });
  }
}
