import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import type { Clock } from '../../../base/clock.ts';
import { sleep } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { PodMetrics } from '../../contract/pod-metrics.ts';
import type { StatusWriter } from '../../contract/status-writer.ts';
import { claimStatusesOf } from './claim-statuses.ts';
import { NODE_CONDITION_TYPES } from './pod-conditions.ts';

interface Entry {
  base: Live<Pod>;
  wanted: PodStatus;
  writtenText: string;
  work: Promise<void> | undefined;
  /** The monotonic time of the first change that no write under way has. */
  changedAt: number | undefined;
  gone: boolean;
}

const RETRY_MS = 1_000;

export interface StatusWriterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<PodMetrics, 'statusWritten'>;
}

export function createStatusWriter({ client, clock, log, metrics }: StatusWriterOptions, signal: AbortSignal): StatusWriter {
  const entries = new Map<string, Entry>();

  /** The pod as the write left it. */
  const writeOnce = async (base: Live<Pod>, wanted: PodStatus): Promise<Live<Pod>> => {
    const writeOn = (current: Live<Pod>) => {
      const status = { ...wanted, ...claimStatusesOf(current.status), conditions: mergedConditions(wanted, current.status) };
      return client.update(pods, { ...current, status }, { subresource: 'status' });
    };
    try {
      return await writeOn(base);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Someone else wrote the pod in between: once more, on top of that.
      const current = await client.get(pods, keyOf(base));
      if (current.metadata.uid !== base.metadata.uid) throw error;
      return writeOn(current);
    }
  };

  /** Takes a newer version; if its status is not the last one, another client has written it. */
  const follow = (entry: Entry, pod: Live<Pod>): void => {
    if (!newer(pod, entry.base)) return;
    // Both as the server tells them: the text that was sent may differ in form.
    if (JSON.stringify(pod.status) !== JSON.stringify(entry.base.status)) entry.writtenText = '';
    entry.base = pod;
  };

  const drain = async (entry: Entry): Promise<void> => {
    while (!entry.gone && !signal.aborted) {
      const wanted = entry.wanted;
      const text = JSON.stringify(wanted);
      const { changedAt = clock.monotonic() } = entry;
      entry.changedAt = undefined;
      if (text === entry.writtenText) return;
      try {
        const written = await writeOnce(entry.base, wanted);
        const seenMeanwhile = entry.base;
        entry.base = written;
        entry.writtenText = text;
        follow(entry, seenMeanwhile);
        metrics.statusWritten((clock.monotonic() - changedAt) / 1000);
      } catch (error) {
        if (isNotFound(error)) {
          entry.gone = true;
          return;
        }
        entry.changedAt = changedAt;
        log.warn({ err: error, pod: keyOf(entry.base) }, 'a pod status could not be written');
        await sleep(clock, RETRY_MS, signal);
      }
    }
  };

  const start = (entry: Entry): void => {
    entry.work ??= drain(entry).finally(() => {
      entry.work = undefined;
      // A status that came just as the last one had been written.
      if (!entry.gone && !signal.aborted && JSON.stringify(entry.wanted) !== entry.writtenText) start(entry);
    });
  };

  return {
    put(pod, status) {
      let entry = entries.get(pod.metadata.uid);
      if (!entry) {
        entry = { base: pod, wanted: status, writtenText: JSON.stringify(pod.status ?? {}), work: undefined, changedAt: undefined, gone: false };
        entries.set(pod.metadata.uid, entry);
      }
      entry.wanted = status;
      entry.changedAt ??= clock.monotonic();
      follow(entry, pod);
      start(entry);
    },
    async flushed(podUid) {
      for (let work = entries.get(podUid)?.work; work; work = entries.get(podUid)?.work) await work;
    },
    forget: (podUid) => entries.delete(podUid),
  };
}

/** Resource versions of one server are numbers that grow; otherwise the version at hand is kept, and a conflict shows that it is old. */
const newer = (a: Live<Pod>, b: Live<Pod>): boolean => Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion);

/** The node's conditions as computed, everyone else's as they are on the server. */
function mergedConditions(wanted: PodStatus, current: PodStatus | undefined) {
  const foreign = (current?.conditions ?? []).filter(({ type }) => !NODE_CONDITION_TYPES.has(type));
  const foreignTypes = new Set(foreign.map(({ type }) => type));
  const own = (wanted.conditions ?? []).filter(({ type }) => !foreignTypes.has(type));
  return [...own, ...foreign];
}
