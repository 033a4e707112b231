import { statefulSets } from '../../../api/kinds/apps/stateful-set/index.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Claim } from './claims.ts';
import type { Observed } from './plan.ts';
import { REVISION_LABEL } from './stateful-pod.ts';

export const NOW = Date.parse('2026-01-02T00:00:00Z');
export const KINDS = { statefulSets, pods };

type Spec = NonNullable<StatefulSet['spec']>;

export function statefulSet(replicas: number, more: Partial<Spec> = {}, status?: StatefulSet['status']): Live<StatefulSet> {
  return {
    metadata: { name: 'db', namespace: 'default', uid: 'set', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { spec: { containers: [] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...more,
    },
    ...(status ? { status } : {}),
  };
}

export interface PodTraits {
  readonly revision?: string;
  /** Seconds for which it has been ready; null while it is not. */
  readonly readyFor?: number | null;
  readonly phase?: string;
  readonly deleting?: boolean;
  readonly claims?: readonly string[];
}

export function statefulPod(
  ordinal: number,
  { revision = 'new', readyFor = 60, phase = 'Running', deleting, claims = [] }: PodTraits = {},
): Live<Pod> {
  const name = `db-${ordinal}`;
  const since = new Date(NOW - (readyFor ?? 0) * 1000).toISOString();
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'statefulset.kubernetes.io/pod-name': name, [REVISION_LABEL]: revision },
      ...(deleting ? { deletionTimestamp: '2026-01-02T00:00:00Z' } : {}),
    },
    spec: { containers: [], volumes: claims.map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: `${claim}-${name}` } })) },
    status: {
      phase,
      conditions: readyFor === null || phase !== 'Running' ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: since }],
    },
  };
}

export const claim = (name: string, more: Partial<Claim['metadata']> = {}): Claim => ({
  metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...more },
});

export function observed(set: Live<StatefulSet>, there: readonly Live<Pod>[], claims: readonly Claim[] = []): Observed {
  return {
    kinds: KINDS,
    set,
    pods: there,
    claim: (name) => claims.find(({ metadata }) => metadata.name === name),
    current: { name: 'old', template: { spec: { containers: [{ name: 'db', image: 'db:1' }] } } },
    update: { name: 'new', template: { spec: { containers: [{ name: 'db', image: 'db:2' }] } } },
    now: NOW,
  };
}
