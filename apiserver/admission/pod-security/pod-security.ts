import { isKind } from '../../../api/definition/kind.ts';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { errors } from '../../../api/meta/status-error.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import { fieldErrorText } from '../../../api/schema/field-error.ts';
import type { Clock } from '../../../base/clock.ts';
import { oncePer } from '../../../base/once-per.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { admitted, forbidden } from '../admitted.ts';
import type { CheckedPod, Violation } from './checks/check.ts';
import type { PodSecurityConfiguration } from './cluster-policy.ts';
import { detailsText, evaluate } from './evaluator.ts';
import { existingPodWarnings } from './existing-pods.ts';
import type { EvaluatedRequest, PodSecurityMetrics } from './pod-security-metrics.ts';
import { NO_METRICS } from './pod-security-metrics.ts';
import type { LevelVersion, Mode, NamespacePolicy } from './policy.ts';
import { compareLevels, faultsText, isFullyPrivileged, LABEL_PREFIX, policyOf, policyText, samePolicy } from './policy.ts';

/** Writes through these subresources of a pod do not change its spec in a way that a policy is about. */
const IGNORED_SUBRESOURCES: ReadonlySet<string> = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

const ENFORCE_POLICY = `${LABEL_PREFIX}enforce-policy`;

/** Whether a change of a pod may make it forbidden: another image, another container. */
function isSignificant(spec: PodSpec, old: PodSpec): boolean {
  for (const list of ['containers', 'initContainers'] as const) {
    const now = spec[list] ?? [];
    const before = old[list] ?? [];
    if (now.length !== before.length || now.some(({ image }, i) => image !== before[i]?.image)) return true;
  }
  const before = new Map((old.ephemeralContainers ?? []).map((container) => [container.name, container.image]));
  return (spec.ephemeralContainers ?? []).some(({ name, image }) => !before.has(name) || before.get(name) !== image);
}

/** Whether workloads in a namespace are never warned of nor audited; they are not refused in any. */
const isSilent = ({ warn, audit }: NamespacePolicy): boolean => warn.level === 'privileged' && audit.level === 'privileged';

/**
 * Pod Security Admission: refuses pods that the policy of their namespace forbids, and warns of pods and workloads that it would have
 * warned of (https://kubernetes.io/docs/concepts/security/pod-security-admission/). The policy of a namespace is read once per state of it.
 */
export function podSecurity(
  objects: StorageAccess,
  clock: Clock,
  { defaults, exemptions }: PodSecurityConfiguration,
  metrics: PodSecurityMetrics = NO_METRICS,
): AdmissionPlugin {
  const policyIn = oncePer(({ metadata }: Live<Namespace>) => policyOf(metadata.labels, defaults));

  function validateNamespace(attributes: AdmissionAttributes): void | Promise<void> {
    const write = admitted(namespaces, attributes);
    if (!write) return;
    const name = attributes.key.name || (write.object.metadata?.name ?? '');
    const labels = write.object.metadata?.labels;
    const policy = policyOf(labels, defaults);
    const old = write.old && policyIn(write.old);
    const oldFaults = new Set(old?.faults.map(fieldErrorText));
    const changed = policy.faults.length !== oldFaults.size || policy.faults.some((fault) => !oldFaults.has(fieldErrorText(fault)));
    if (policy.faults.length > 0 && changed) throw errors.invalid(namespaces, name, [...policy.faults]);
    if (old) {
      const { enforce } = policy;
      if (samePolicy(enforce, old.enforce) || enforce.level === 'privileged') return;
      if (enforce.version === old.enforce.version && compareLevels(enforce.level, old.enforce.level) <= 0) return;
    }
    if (exemptions.namespaces.has(name)) {
      warnOfExemption(attributes, name, policy, labels ?? {});
      return;
    }
    if (old) return warnOfPods(attributes, name, policy.enforce);
  }

  async function warnOfPods(attributes: AdmissionAttributes, name: string, enforce: LevelVersion): Promise<void> {
    const concerned = objects.list(pods, name).filter(({ spec }) => !isExemptClass(spec?.runtimeClassName));
    for (const warning of await existingPodWarnings(name, enforce, concerned, clock)) attributes.warn(warning);
  }

  /** Labels of a namespace that is exempt have no effect: says so if they ask for something. */
  function warnOfExemption(attributes: AdmissionAttributes, name: string, policy: NamespacePolicy, labels: Readonly<Record<string, string>>): void {
    const modes = ['enforce', 'audit', 'warn'] as const;
    const isSame = (a: LevelVersion, b: LevelVersion) => (a.level === 'privileged' && b.level === 'privileged') || samePolicy(a, b);
    if (isFullyPrivileged(policy) || modes.every((mode) => isSame(policy[mode], defaults[mode]))) return;
    const asked = modes.filter(
      (mode) => policy[mode].level !== 'privileged' && (`${LABEL_PREFIX}${mode}` in labels || `${LABEL_PREFIX}${mode}-version` in labels),
    );
    const text = asked.map((mode) => `${mode}=${policyText(policy[mode])}`).join(', ');
    attributes.warn(`namespace ${JSON.stringify(name)} is exempt from Pod Security, and the policy (${text}) will be ignored`);
  }

  const isExemptClass = (name: string | undefined): boolean => name !== undefined && name !== '' && exemptions.runtimeClasses.has(name);

  /** Returns for what a write is exempt from all policies; undefined if it is not. */
  function exemption({ key, user }: AdmissionAttributes): 'namespace' | 'user' | undefined {
    if (exemptions.namespaces.has(key.namespace)) return 'namespace';
    return exemptions.usernames.has(user.name) ? 'user' : undefined;
  }

  function validatePod(attributes: AdmissionAttributes, isPod: boolean): void {
    const { key, kind, object, old } = attributes;
    const annotate = (name: string, value: string) => attributes.annotate(`${LABEL_PREFIX}${name}`, value);
    const namespace = objects.get(namespaces, { namespace: '', name: key.namespace });
    const policy = namespace && policyIn(namespace);
    const exempt = exemption(attributes);
    if (exempt !== undefined) {
      metrics.exempted(evaluatedRequest(attributes, isPod));
      annotate('exempt', exempt);
      return;
    }
    if (!policy) {
      metrics.failed(true, evaluatedRequest(attributes, isPod));
      if (isPod) throw errors.internal(`failed to lookup namespace ${JSON.stringify(key.namespace)}`);
      annotate('error', `failed to lookup namespace ${JSON.stringify(key.namespace)}: namespace not found`);
      return;
    }
    if (policy.faults.length === 0 && (isPod ? isFullyPrivileged(policy) : isSilent(policy))) {
      if (!isPod) return;
      metrics.allowedPrivileged(attributes.verb, attributes.subresource);
      attributes.annotate(ENFORCE_POLICY, 'privileged:latest');
      return;
    }
    const template = object && kind.podTemplate?.(object);
    if (!template) return;
    // The definition of a kind promises that this is the spec of a pod.
    const spec = (template.spec ?? { containers: [] }) as PodSpec;
    const before = old && isPod ? kind.podTemplate?.(old)?.spec : undefined;
    if (before && !isSignificant(spec, before as PodSpec)) return;
    const request = evaluatedRequest(attributes, isPod);
    if (isExemptClass(spec.runtimeClassName)) {
      metrics.exempted(request);
      annotate('exempt', 'runtimeClass');
      return;
    }
    if (policy.faults.length > 0) {
      metrics.failed(false, request);
      annotate('error', `Failed to parse policy: ${faultsText(policy.faults)}`);
    }
    const judged = { annotations: template.metadata?.annotations ?? {}, spec };
    judge(attributes, policy, judged, isPod, (decision, level, mode) => metrics.evaluated(decision, level, mode, request));
  }

  return {
    name: 'PodSecurity',
    validatesStored: true,
    handles(kind, subresource, verb) {
      if (verb !== 'create' && verb !== 'update') return false;
      if (isKind(kind, pods)) return !IGNORED_SUBRESOURCES.has(subresource);
      return subresource === '' && (isKind(kind, namespaces) || kind.podTemplate !== undefined);
    },
    validate(attributes) {
      if (isKind(attributes.kind, namespaces)) return validateNamespace(attributes);
      validatePod(attributes, isKind(attributes.kind, pods));
    },
  };
}

const evaluatedRequest = ({ verb, subresource }: AdmissionAttributes, isPod: boolean): EvaluatedRequest => ({
  verb,
  resource: isPod ? 'pod' : 'controller',
  subresource,
});

/** Refuses a pod that is forbidden, notes what is to be audited, warns of the rest. A workload is not refused: its pods will be. */
function judge(
  attributes: AdmissionAttributes,
  { enforce, audit, warn }: NamespacePolicy,
  pod: CheckedPod,
  isPod: boolean,
  count: (decision: 'allow' | 'deny', policy: LevelVersion, mode: Mode) => void,
): void {
  const done: { policy: LevelVersion; violations: readonly Violation[] }[] = [];
  const violationsOf = (policy: LevelVersion): readonly Violation[] => {
    let entry = done.find((one) => samePolicy(one.policy, policy));
    if (!entry) {
      entry = { policy, violations: evaluate(policy, pod) };
      done.push(entry);
    }
    return entry.violations;
  };
  const text = (policy: LevelVersion, violations: readonly Violation[]): string =>
    `PodSecurity ${JSON.stringify(policyText(policy))}: ${detailsText(violations)}`;
  const refused = isPod ? violationsOf(enforce) : [];
  if (isPod) {
    attributes.annotate(ENFORCE_POLICY, policyText(enforce));
    count(refused.length > 0 ? 'deny' : 'allow', enforce, 'enforce');
  }
  const audited = violationsOf(audit);
  if (audited.length > 0) {
    attributes.annotate(`${LABEL_PREFIX}audit-violations`, `would violate ${text(audit, audited)}`);
    count('deny', audit, 'audit');
  }
  if (refused.length > 0) throw forbidden(attributes, `violates ${text(enforce, refused)}`);
  const warned = violationsOf(warn);
  if (warned.length === 0) return;
  attributes.warn(`would violate ${text(warn, warned)}`);
  count('deny', warn, 'warn');
}
