import type { Rejection } from '../plugins/plugin.ts';

/** Why no node takes a pod: the rejection of each node, or one reason for all. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** By node name. `absent` is the rejection of the nodes that are not named. */
  readonly rejections: ReadonlyMap<string, Rejection>;
  readonly absent: Rejection | undefined;
  /** One reason that rules out all nodes before any filter runs. */
  readonly contradiction?: string;
  /** The filters that rejected at least one node: an event that concerns one of them could wake the pod. */
  readonly rejectedBy: ReadonlySet<string>;
}

/** The text in the form that clients know: `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).` */
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
