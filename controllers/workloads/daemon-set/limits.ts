import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';

/** The numbers of nodes on which a rolling update may have an extra pod, or none. */
export interface Limits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export const isRolling = ({ spec }: DaemonSet): boolean => (spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';

/** @throws Error if the value is neither a number nor a percentage */
function resolve(value: number | string | undefined, total: number): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage');
  return Math.ceil((Number(percent) * total) / 100);
}

/**
 * Resolves the limits for so many nodes; percentages are rounded up. Both at zero would never move: then one node may be without its pod.
 * Other strategies have neither.
 */
export function limitsOf(set: DaemonSet, nodes: number): Limits {
  if (!isRolling(set)) return { maxSurge: 0, maxUnavailable: 0 };
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const maxSurge = resolve(rolling?.maxSurge, nodes);
  const maxUnavailable = resolve(rolling?.maxUnavailable, nodes);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 && nodes > 0 ? 1 : maxUnavailable };
}

/** Whether a node may have two pods. */
export const allowsSurge = (set: DaemonSet): boolean => limitsOf(set, 1).maxSurge > 0;
