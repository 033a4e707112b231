import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import type { Logger } from '../../base/log.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import { nodeReference } from '../contract/node-reference.ts';
import type { SystemKill } from './kernel-log.ts';

export interface OomWatchOptions {
  readonly nodeName: string;
  readonly recorder: EventRecorder;
  readonly log: Logger;
  /** Returns the number of processes that the kernel has killed for want of memory since the machine started. Default: that of /proc/vmstat. */
  readonly killCount?: () => Promise<number>;
  /** Returns the kills for want of memory of the whole machine since so many seconds after its start. Default: those of the kernel's log. */
  readonly killsSince?: (seconds: number) => Promise<readonly SystemKill[]>;
  /** Returns the seconds since the machine's start. */
  readonly uptime?: () => number;
}

/**
 * Says in an event of the node that the machine as a whole had no memory left, as kubelet's oomwatcher does. Returns what looks once, and tells of
 * what happened since the look before: it reads a counter, and the kernel's log only if that has grown. Kills that only a cgroup's limit has caused
 * are not the node's.
 */
export function createOomWatch(options: OomWatchOptions): () => Promise<void> {
  const { nodeName, recorder, log, killCount = countedKills, killsSince = kernelsKills } = options;
  const now = options.uptime ?? uptime;
  let before: { readonly count: number; readonly at: number } | undefined;
  let said = 0;
  let isUnreadable = false;
  return async () => {
    const at = now();
    const count = await killCount();
    const previous = before;
    before = { count, at };
    if (previous === undefined || count === previous.count) return;
    try {
      const kills = await killsSince(previous.at - CLOCK_SLACK_SECONDS);
      for (const { sequence, process, pid } of kills.filter(({ sequence }) => sequence > said)) {
        said = sequence;
        recorder.event(nodeReference(nodeName), 'Warning', 'SystemOOM', `System OOM encountered, victim process: ${process}, pid: ${pid}`);
      }
    } catch (error) {
      if (!isUnreadable) log.warn({ err: error }, "the kernel's log cannot be read: events about memory of the whole machine will be missing");
      isUnreadable = true;
    }
  };
}

/** The kernel's log and the machine's uptime have clocks of their own. */
const CLOCK_SLACK_SECONDS = 1;

async function countedKills(): Promise<number> {
  return Number(/^oom_kill (\d+)$/m.exec(await readFile('/proc/vmstat', 'utf8'))?.[1] ?? 0);
}

const kernelsKills = async (seconds: number): Promise<readonly SystemKill[]> => (await import('./kernel-log.ts')).systemKills('/dev/kmsg', seconds);
