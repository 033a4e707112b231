import { compareTexts } from '../../base/sort-steps.ts';

interface ParsedVersion {
  readonly stability: number;
  readonly major: number;
  readonly minor: number;
}

function parseVersion(version: string): ParsedVersion | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return undefined;
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

/**
 * Sorts versions as Kubernetes prefers them: stable before beta before alpha, newer before older, then names that are no version
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority).
 */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left && right) return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
  if (left) return -1;
  if (right) return 1;
  return compareTexts(a, b);
}
