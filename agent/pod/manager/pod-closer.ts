import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { createBackoff } from '../../../base/backoff.ts';
import { sleep } from '../../../base/clock.ts';
import type { ApiAccess, Measured, PodCgroups, PodFiles, StatusAccess, Surroundings } from '../../contract/node-parts.ts';
import type { Allocation, PendingResize } from '../../spec/allocation.ts';
import { podCgroup } from '../../spec/pod-resources.ts';
import type { PodWorker } from '../worker/pod-worker.ts';

/** A pod that the node looks after, or has ended. */
export interface PodEntry {
  readonly worker: PodWorker;
  /** The pod as the API has it; the worker's may have been given other resources. */
  wanted: Live<Pod>;
  allocation: Allocation;
  pending: PendingResize | undefined;
  /** Nothing runs any more. */
  finished: boolean;
  /** The monotonic time at which the worker was told to end the pod; of use once it is finished. */
  endingSince: number;
  /** Volumes and cgroup are removed. */
  cleaned: boolean;
  vanished: boolean;
  /** It came back under its UID after it had vanished: it runs again once this run of it is over. */
  hasReturned: boolean;
  closing: boolean;
}

export type CloserNode = Surroundings & Measured & ApiAccess & StatusAccess & PodCgroups & Pick<PodFiles, 'volumes'>;

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** Removes everything of a pod of which nothing runs, and the pod itself from the API if it is being deleted. Steps that fail are repeated. */
export async function closePod(entry: PodEntry, node: CloserNode, signal: AbortSignal): Promise<void> {
  entry.closing = true;
  const { worker } = entry;
  const backoff = createBackoff({ initialMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
  while (!signal.aborted) {
    try {
      await clean(entry, node);
      if (worker.pod.metadata.deletionTimestamp && !entry.vanished) await removeFromApi(worker.pod, node);
      break;
    } catch (error) {
      node.log.warn({ err: error, pod: keyText(keyOf(worker.pod)) }, 'a pod that has ended could not be cleaned up');
      await sleep(node.clock, backoff.next(), signal);
    }
  }
  entry.closing = false;
}

async function clean(entry: PodEntry, node: CloserNode): Promise<void> {
  if (entry.cleaned) return;
  const { uid } = entry.worker.pod.metadata;
  if (!entry.vanished) await node.statusWriter.flushed(uid);
  await node.volumes.tearDown(uid);
  await node.cgroups.remove(podCgroup(entry.worker.pod, node.cgroupRoot).path);
  entry.cleaned = true;
  node.podMetrics.workerRested('terminated', (node.clock.monotonic() - entry.endingSince) / 1000);
}

/** Succeeds also if the pod is gone, or another has its name already. */
export async function removeFromApi(pod: Live<Pod>, { client }: ApiAccess): Promise<void> {
  try {
    await client.delete(pods, keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
