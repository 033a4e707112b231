import type { Check, CheckedPod, PodCheck, Violation } from './checks/check.ts';
import { hostChecks } from './checks/host-checks.ts';
import { kernelChecks } from './checks/kernel-checks.ts';
import { privilegeChecks } from './checks/privilege-checks.ts';
import { profileChecks } from './checks/profile-checks.ts';
import { userChecks } from './checks/user-checks.ts';
import { restrictedVolumes } from './checks/volume-checks.ts';
import type { LevelVersion } from './policy.ts';

/** The checks of k8s.io/pod-security-admission at v1.36. */
const CHECKS: readonly Check[] = [...hostChecks, ...kernelChecks, ...privilegeChecks, ...profileChecks, ...userChecks, restrictedVolumes];

const byId = (a: Check, b: Check): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const ordered = [
  ...CHECKS.filter(({ level }) => level === 'baseline').sort(byId),
  ...CHECKS.filter(({ level }) => level === 'restricted').sort(byId),
];

/** The newest version that changed a check; later ones have the same. */
const NEWEST = Math.max(...CHECKS.flatMap(({ versions }) => versions.map(({ since }) => since)));

const formAt = ({ versions }: Check, minor: number): PodCheck | undefined => versions.findLast(({ since }) => since <= minor)?.check;

function checksAt(level: 'baseline' | 'restricted', minor: number): readonly PodCheck[] {
  const inForce = ordered.filter((check) => formAt(check, minor) !== undefined && (level === 'restricted' || check.level === 'baseline'));
  const overridden = new Set(inForce.map(({ overrides }) => overrides));
  return inForce.filter(({ id }) => !overridden.has(id)).flatMap((check) => formAt(check, minor) ?? []);
}

const made = new Map<string, readonly PodCheck[]>();

function checksOf({ level, version }: LevelVersion): readonly PodCheck[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? NEWEST : Math.min(version, NEWEST);
  const key = `${level} ${minor}`;
  let checks = made.get(key);
  if (!checks) {
    checks = checksAt(level, minor);
    made.set(key, checks);
  }
  return checks;
}

/** Returns why a policy forbids a pod; empty if it allows it. */
export function evaluate(policy: LevelVersion, pod: CheckedPod): readonly Violation[] {
  const violations: Violation[] = [];
  for (const check of checksOf(policy)) {
    const violation = check(pod);
    if (violation) violations.push(violation);
  }
  return violations;
}

/** Returns `privileged (container "c" must not …), forbidden sysctls (kernel.msgmax)`. */
export const detailsText = (violations: readonly Violation[]): string => violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');

/** Returns `privileged, forbidden sysctls`. */
export const reasonsText = (violations: readonly Violation[]): string => violations.map(({ reason }) => reason).join(', ');
