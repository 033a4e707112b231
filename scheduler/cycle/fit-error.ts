import type { Rejection } from '../plugins/plugin.ts';

/** Why no node would do: what each node said, or one answer for all. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** By node name; nodes that are not named said `absent`. */
  readonly rejections: ReadonlyMap<string, Rejection>;
  readonly absent: Rejection | undefined;
  /** One reason that rules out all nodes, before any of them was asked. */
  readonly contradiction?: string;
  /** Filters that rejected at least one node: what could wake the pod. */
  readonly rejectedBy: ReadonlySet<string>;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).`: the form that clients know. */
export function diagnosisText(
  { nodeCount, rejections, absent, contradiction }: Pick<Diagnosis, 'nodeCount' | 'rejections' | 'absent' | 'contradiction'>,
  postscript = '',
): string {
  const histogram = new Map<string, number>();
  const count = (reasons: readonly string[], times: number) => {
    for (const reason of reasons) histogram.set(reason, (histogram.get(reason) ?? 0) + times);
  };
  for (const { reasons } of rejections.values()) count(reasons, 1);
  if (absent && nodeCount > rejections.size) count(absent.reasons, nodeCount - rejections.size);
  const shown = [...histogram].map(([reason, times]) => `${times} ${reason}`).sort();
  const head = `0/${nodeCount} nodes are available:`;
  const why = contradiction ?? shown.join(', ');
  const middle = why === '' ? '' : ` ${why}.`;
  return `${head}${middle}${postscript === '' ? '' : ` ${postscript}`}`;
}

export const NO_NODES = 'no nodes available to schedule pods';
