import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';

const MAX_ORDINAL = 2 ** 31 - 1;

/** Returns the name of a pod's set and its number in it; undefined if the name has not that form. */
export function parsePodName(name: string): { readonly set: string; readonly ordinal: number } | undefined {
  const [, set = '', digits = ''] = /^(.*)-([0-9]+)$/s.exec(name) ?? [];
  const ordinal = Number(digits);
  return digits === '' || ordinal > MAX_ORDINAL ? undefined : { set, ordinal };
}

export const podName = (setName: string, ordinal: number): string => `${setName}-${ordinal}`;

/** Returns a pod's number in its set; -1 if its name has none. */
export const ordinalOf = ({ metadata }: { readonly metadata?: { readonly name?: string | undefined } | undefined }): number =>
  parsePodName(metadata?.name ?? '')?.ordinal ?? -1;

export const replicasOf = ({ spec }: StatefulSet): number => spec?.replicas ?? 1;
export const startOf = ({ spec }: StatefulSet): number => spec?.ordinals?.start ?? 0;

/** Whether the set wants a pod of this number. */
export const isInRange = (set: StatefulSet, ordinal: number): boolean => ordinal >= startOf(set) && ordinal < startOf(set) + replicasOf(set);

/** Whether pods are created and deleted one after the other. */
export const isOrdered = ({ spec }: StatefulSet): boolean => spec?.podManagementPolicy !== 'Parallel';
