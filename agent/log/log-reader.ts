import { watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import { type LogEntry, parseLogLine } from './log-line.ts';
import type { LogOptions } from './log-options.ts';
import { tailOffset } from './log-tail.ts';

/** Takes text that is to be sent; resolves when there is room for more. */
export type LogSink = (chunk: string) => Promise<void>;

export interface LogFile {
  readonly path: string;
  /** Whether more may come: the container runs. */
  readonly live: () => boolean;
}

const BLOCK_BYTES = 64 * 1024;
/** The longest wait for news of a followed file: events of the file system come sooner, but may be lost. */
const POLL_MS = 250;

/**
 * Prints a CRI log file as `kubectl logs` shows it, in chunks. When following it goes on until the container is dead and all is read,
 * or `signal` aborts; a file that is rotated meanwhile is read to its end, then its successor.
 */
export async function printLog(file: LogFile, options: LogOptions, sink: LogSink, clock: Clock, signal: AbortSignal): Promise<void> {
  const print = createPrinter(options, sink);
  let handle = await open(file.path);
  const news = options.follow ? watchFile(file.path, clock, signal) : undefined;
  try {
    let offset = options.tailLines === undefined ? 0 : await tailOffset(handle, options.tailLines);
    let rest: Buffer = Buffer.alloc(0);
    /** Reads the open file to its end. Resolves with whether the reader has had as many bytes as it asked for. */
    const readOn = async (): Promise<boolean> => {
      const result = await readBlocks(handle, offset, rest, print, signal);
      offset = result.offset;
      rest = result.rest;
      return result.full;
    };
    while (!signal.aborted) {
      // Asked before reading: what was written before the container died is then read for certain.
      const live = options.follow && file.live();
      if (await readOn()) return;
      if (news && (await wasReplaced(handle, file.path))) {
        // More may have been written before it was rotated.
        if (await readOn()) return;
        await handle.close();
        handle = await open(file.path);
        offset = 0;
        rest = Buffer.alloc(0);
        continue;
      }
      if (!live) break;
      await news?.next();
    }
    if (rest.length > 0) await print(rest.toString());
  } finally {
    news?.close();
    await handle.close();
  }
}

type Printer = (lines: string) => Promise<boolean>;

/** Reads to the file's end, handing on whole lines. `full`: the reader has had as many bytes as it asked for. */
async function readBlocks(handle: FileHandle, from: number, before: Buffer, print: Printer, signal: AbortSignal) {
  let offset = from;
  let rest = before;
  const block = Buffer.alloc(BLOCK_BYTES);
  while (!signal.aborted) {
    const { bytesRead } = await handle.read(block, 0, BLOCK_BYTES, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
    const data = Buffer.concat([rest, block.subarray(0, bytesRead)]);
    const end = data.lastIndexOf(10) + 1;
    rest = data.subarray(end);
    if (end > 0 && !(await print(data.toString('utf8', 0, end - 1)))) return { offset, rest, full: true };
  }
  return { offset, rest, full: false };
}

/** @returns false once limitBytes is reached. */
function createPrinter(options: LogOptions, sink: LogSink): Printer {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let inLine = false;
  const wanted = ({ stream, time }: LogEntry) =>
    (options.stream === 'All' || options.stream.toLowerCase() === stream) && (options.since === undefined || Date.parse(time) >= options.since);
  return async (lines) => {
    const parts: string[] = [];
    for (const line of lines.split('\n')) {
      const entry = parseLogLine(line);
      if (!entry || !wanted(entry)) continue;
      parts.push(options.timestamps && !inLine ? `${entry.time} ` : '', entry.text, entry.partial ? '' : '\n');
      inLine = entry.partial;
    }
    const text = parts.join('');
    if (text === '') return left > 0;
    const bytes = Buffer.from(text);
    const piece = bytes.length > left ? bytes.subarray(0, left).toString() : text;
    left -= bytes.length;
    await sink(piece);
    return left > 0;
  };
}

async function wasReplaced(handle: FileHandle, path: string): Promise<boolean> {
  const [opened, named] = await Promise.all([handle.stat(), stat(path).catch(() => undefined)]);
  return named !== undefined && named.ino !== opened.ino;
}

/** `next` resolves when the file has changed, or after a moment. */
function watchFile(path: string, clock: Clock, signal: AbortSignal) {
  let wake = () => {};
  let changed = false;
  const note = () => {
    changed = true;
    wake();
  };
  const watcher = (() => {
    try {
      return watch(path, note);
    } catch {
      // No more watches to be had: polling does.
      return undefined;
    }
  })();
  watcher?.on('error', () => {});
  return {
    async next() {
      if (!changed) {
        const news = new AbortController();
        wake = () => news.abort();
        await sleep(clock, POLL_MS, AbortSignal.any([signal, news.signal]));
      }
      changed = false;
    },
    close: () => watcher?.close(),
  };
}
