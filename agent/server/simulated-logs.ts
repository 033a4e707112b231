import { sleep } from '../../base/clock.ts';
import type { LogOptions } from '../log/log-options.ts';
import type { LogSink } from '../log/log-reader.ts';
import type { ServerNode } from './server-node.ts';

const POLL_MS = 250;

/** Prints what a simulated container has printed, and follows it. */
export async function printSimulatedLog(
  node: ServerNode,
  id: string,
  options: LogOptions,
  live: () => boolean,
  sink: LogSink,
  signal: AbortSignal,
): Promise<void> {
  const lines = () => node.runtime.logLines?.(id) ?? [];
  const wanted = ({ time }: { readonly time: string }) => options.since === undefined || Date.parse(time) >= options.since;
  let next = options.tailLines === undefined ? 0 : Math.max(0, lines().length - options.tailLines);
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  while (!signal.aborted && left > 0) {
    const goesOn = options.follow && live();
    for (const line of lines().slice(next)) {
      next++;
      if (!wanted(line)) continue;
      const text = `${options.timestamps ? `${line.time} ` : ''}${line.text}\n`.slice(0, left);
      left -= text.length;
      await sink(text);
    }
    if (!goesOn) return;
    await sleep(node.clock, POLL_MS, signal);
  }
}
