import { describe, expect, it } from '@jest/globals';
import type { PodObservation } from '../contract/observation.ts';
import { aPod, aSandbox, observation, observed } from '../contract/pods.fixture.ts';
import { createAgentMetrics } from '../node/agent-metrics.ts';
import type { PodWorker } from '../pod/worker/pod-worker.ts';
import { agentMetrics } from './metrics.ts';
import type { PodLookup, ServerNode } from './server-node.ts';

const STATIC = { 'kubernetes.io/config.source': 'file' };

/** Returns the samples of metrics whose names begin with `name` and whose value is not 0. */
async function samples(name: string, workers: readonly Partial<PodWorker>[], runtime: Readonly<Record<string, PodObservation>> = {}) {
  const cache = { podUids: () => Object.keys(runtime), of: (uid: string) => runtime[uid] };
  const pods = { workers: () => workers, byUid: (uid: string) => workers.find(({ pod }) => pod?.metadata.uid === uid) };
  const text = await agentMetrics({
    metrics: createAgentMetrics('n1'),
    node: { cache, runtime: { simulated: true } } as unknown as ServerNode,
    pods: pods as unknown as PodLookup,
    registry: undefined,
    claims: async () => [],
  });
  return text.split('\n').filter((line) => line.startsWith(`kubelet_${name}`) && !line.endsWith(' 0'));
}

describe('the metrics of the pods that a node has', () => {
  it('tell how far they are, and which of them nobody wants', async () => {
    const workers = [
      { pod: aPod(), lifecycle: 'sync', isOrphan: false },
      { pod: aPod({}, { uid: 'u2', annotations: STATIC }), lifecycle: 'terminating', isEnding: true, isOrphan: true },
      { pod: aPod({}, { uid: 'u3' }), lifecycle: 'terminated', isEnding: true, isOrphan: false },
    ] as const;
    const runtime = {
      u1: observation([observed('c')]),
      stray: observation([observed('c')]),
      dead: observation([], [aSandbox({ ready: false })]),
    };
    expect(await samples('working_pods', workers, runtime)).toEqual([
      'kubelet_working_pods{lifecycle="terminating",config="runtime_only",static="unknown"} 1',
      'kubelet_working_pods{lifecycle="terminating",config="orphan",static="true"} 1',
      'kubelet_working_pods{lifecycle="sync",config="desired",static=""} 1',
      'kubelet_working_pods{lifecycle="terminated",config="desired",static=""} 1',
    ]);
    expect(await samples('desired_pods', workers)).toEqual(['kubelet_desired_pods{static=""} 2']);
    expect(await samples('active_pods', workers)).toEqual(['kubelet_active_pods{static=""} 1']);
  });

  it('tell of changes of resources that wait, or are being made', async () => {
    const resizing = (uid: string, type: string, reason?: string) => {
      const conditions = [
        { type: 'Ready', status: 'True' },
        { type, status: 'True', ...(reason ? { reason } : {}) },
      ];
      return { pod: aPod({}, { uid }, { conditions }), lifecycle: 'sync', isOrphan: false } as const;
    };
    const workers = [
      resizing('u1', 'PodResizePending', 'Deferred'),
      resizing('u2', 'PodResizePending', 'Deferred'),
      resizing('u3', 'PodResizeInProgress'),
    ];
    expect(await samples('pod_pending_resizes', workers)).toEqual(['kubelet_pod_pending_resizes{reason="deferred"} 2']);
    expect(await samples('pod_in_progress_resizes', workers)).toEqual(['kubelet_pod_in_progress_resizes 1']);
    expect(await samples('pod_pending_resizes', [])).toEqual([]);
  });
});
