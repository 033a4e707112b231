import type { DaemonSet, RollingUpdateDaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { byNode, HASH_LABEL } from './daemon-pod.ts';
import type { Placement } from './placement.ts';
import type { Observed } from './round.ts';

export const NOW = Date.parse('2026-01-02T00:00:00Z');

export interface PodTraits {
  readonly node: string;
  readonly hash?: string;
  /** Seconds for which it has been ready. Default: it is not. */
  readonly readyFor?: number;
  readonly phase?: string;
  readonly deleting?: boolean;
  readonly unscheduled?: boolean;
  readonly day?: number;
}

export function daemonPod(name: string, { node, hash = 'new', readyFor, phase = 'Running', deleting, unscheduled, day = 1 }: PodTraits): Live<Pod> {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  const lastTransitionTime = new Date(NOW - (readyFor ?? 0) * 1000).toISOString();
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: `2026-01-0${day}T00:00:00Z`,
      labels: { [HASH_LABEL]: hash },
      ...(deleting ? { deletionTimestamp: '2026-01-02T00:00:00Z' } : {}),
    },
    spec: {
      containers: [],
      ...(unscheduled ? {} : { nodeName: node }),
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
    },
    status: { phase, conditions: readyFor === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime }] },
  };
}

export const node = (name: string, more: Partial<Node['spec']> = {}, labels: Record<string, string> = {}): Live<Node> => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels },
  spec: more,
});

export function daemonSet(rolling: RollingUpdateDaemonSet | 'OnDelete' = { maxUnavailable: 1 }, minReadySeconds = 0): Live<DaemonSet> {
  const updateStrategy = rolling === 'OnDelete' ? { type: 'OnDelete' } : { type: 'RollingUpdate', rollingUpdate: rolling };
  return {
    metadata: { name: 'log', namespace: 'default', uid: 'set', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 2 },
    spec: { selector: { matchLabels: { app: 'log' } }, template: { spec: { containers: [] } }, minReadySeconds, updateStrategy },
  };
}

/** The state of nodes `a`, `b` …, all of which should run a pod unless `placement` says otherwise. */
export function observed(
  set: Live<DaemonSet>,
  names: readonly string[],
  pods: readonly Live<Pod>[],
  { placement = {}, keptFor = () => 0 }: { readonly placement?: Readonly<Record<string, Placement>>; readonly keptFor?: Observed['keptFor'] } = {},
): Observed {
  return {
    set,
    nodes: names.map((name) => node(name)),
    placement: ({ metadata }) => placement[metadata.name] ?? 'run',
    pods: byNode(pods),
    hash: 'new',
    now: NOW,
    keptFor,
  };
}
