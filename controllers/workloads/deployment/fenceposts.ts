import type { DeploymentSpec } from '../../../api/kinds/apps/deployment.ts';

/** The numbers by which a rollout may exceed and fall short of the wanted number of pods. */
export interface Fenceposts {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

function resolve(value: number | string | undefined, total: number, round: (x: number) => number): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) throw new Error(`neither a number nor a percentage: ${JSON.stringify(value)}`);
  return round((Number(percent) * total) / 100);
}

export const wantedReplicas = (spec: DeploymentSpec | undefined): number => spec?.replicas ?? 1;
export const isRolling = (spec: DeploymentSpec | undefined): boolean => (spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';

/**
 * Percentages resolved: surge rounded up, unavailability down. Both at zero would never move: then one pod may be unavailable.
 * Other strategies have neither.
 */
export function fencepostsOf(spec: DeploymentSpec | undefined): Fenceposts {
  if (!isRolling(spec)) return { maxSurge: 0, maxUnavailable: 0 };
  const wanted = wantedReplicas(spec);
  const maxSurge = resolve(spec?.strategy?.rollingUpdate?.maxSurge ?? '25%', wanted, Math.ceil);
  const maxUnavailable = resolve(spec?.strategy?.rollingUpdate?.maxUnavailable ?? '25%', wanted, Math.floor);
  const moved = maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable;
  return { maxSurge, maxUnavailable: Math.min(moved, wanted) };
}
