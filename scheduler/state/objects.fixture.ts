import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';

/** Pods and nodes in few words, for the scheduler's tests. */

type Spec = NonNullable<Pod['spec']>;

export interface PodWords {
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly cpu?: string;
  readonly memory?: string;
  readonly requests?: Record<string, string>;
  readonly priority?: number;
  readonly hostPort?: number;
  readonly image?: string;
  readonly startTime?: string;
  readonly spec?: Partial<Spec>;
}

const meta = (name: string, namespace?: string, labels?: Record<string, string>) => ({
  name,
  ...(namespace !== undefined && { namespace }),
  ...(labels && { labels }),
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
});

export function pod(name: string, words: PodWords = {}): Live<Pod> {
  const { namespace = 'default', labels, cpu, memory, priority, hostPort, image, startTime, spec } = words;
  const requests = { ...words.requests, ...(cpu && { cpu }), ...(memory && { memory }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, namespace, labels),
    spec: {
      schedulerName: 'default-scheduler',
      containers: [
        {
          name: 'main',
          image: image ?? 'app',
          ...(Object.keys(requests).length > 0 && { resources: { requests } }),
          ...(hostPort && { ports: [{ containerPort: 80, hostPort, protocol: 'TCP' }] }),
        },
      ],
      ...(priority !== undefined && { priority }),
      ...spec,
    },
    status: { phase: 'Pending', ...(startTime && { startTime }) },
  };
}

export interface NodeWords {
  readonly labels?: Record<string, string>;
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly resources?: Record<string, string>;
  readonly taints?: NonNullable<Node['spec']>['taints'];
  readonly unschedulable?: boolean;
  readonly images?: NonNullable<Node['status']>['images'];
  readonly declaredFeatures?: string[];
}

export function node(name: string, words: NodeWords = {}): Live<Node> {
  const { labels, cpu = '4', memory = '8Gi', pods = '110', resources, taints, unschedulable, images, declaredFeatures } = words;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: meta(name, undefined, { 'kubernetes.io/hostname': name, ...labels }),
    spec: { ...(taints && { taints }), ...(unschedulable && { unschedulable }) },
    status: {
      allocatable: { cpu, memory, pods, 'ephemeral-storage': '100Gi', ...resources },
      ...(images && { images }),
      ...(declaredFeatures && { declaredFeatures }),
    },
  };
}
