import { apiVersionOf } from '../../api/definition/kind.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import type { CacheEvent, CacheItem } from '../contract/cache.ts';
import type { ChangeType, WatchPlan } from '../contract/call.ts';
import type { Encoding } from '../contract/form.ts';
import type { ApiResponse, StreamSink } from '../contract/request.ts';
import type { Bookmark, WatchEncoder } from './watch-encoder.ts';
import { protobufFrames } from './watch-frames.ts';
import { jsonLines } from './watch-lines.ts';

const BOOKMARK_MS = 60_000;

/** Answers a watch as a stream of JSON lines, or of Protobuf messages. Watchers that want the same form share what an event is encoded as. */
export function watchResponse(plan: WatchPlan, encoding: Encoding): ApiResponse {
  const encoder = encoding.form.media === 'protobuf' ? protobufFrames(plan, encoding) : jsonLines(plan, encoding);
  return {
    status: 200,
    headers: { 'content-type': encoder.contentType, 'cache-control': 'no-cache, private' },
    body: { kind: 'stream', run: (sink, signal) => stream(plan, encoding, encoder, sink, signal) },
  };
}

/** The length of the parts of the initial state: others are served in between. */
const PART_LENGTH = 128 * 1024;

async function stream(plan: WatchPlan, encoding: Encoding, encoder: WatchEncoder, sink: StreamSink, signal: AbortSignal): Promise<void> {
  if (isHopeless(encoding) && (plan.initial.length > 0 || plan.announceInitial)) return;
  if (!(await writeInitial(plan, encoder, sink, signal))) return;
  await writeChanges(plan, encoding, encoder, sink, signal);
}

/** Whether no event can be encoded: the metadata of a list is asked for. Upstream ends such a watch at its first event. */
const isHopeless = ({ form }: Encoding): boolean => form.as === 'partial' && form.ofList === true;

/** Writes the initial state; returns false if the client went away. */
async function writeInitial(plan: WatchPlan, encoder: WatchEncoder, sink: StreamSink, signal: AbortSignal): Promise<boolean> {
  const part = partBuilder();
  for (const item of plan.initial) {
    part.add(encoder.item('ADDED', item));
    plan.resource.watched.events++;
    if (part.length() < PART_LENGTH) continue;
    if (!sink.write(part.take()) || signal.aborted || (sink.drained && !(await sink.drained()))) return false;
  }
  if (plan.announceInitial) part.add(encoder.bookmark(bookmarkOf(plan, plan.after, true)));
  return !signal.aborted && (part.length() === 0 || sink.write(part.take()));
}

/** Puts texts, or bytes, together. */
function partBuilder() {
  let text = '';
  let chunks: Buffer[] = [];
  let bytes = 0;
  return {
    add(chunk: string | Buffer): void {
      if (typeof chunk === 'string') text += chunk;
      else {
        chunks.push(chunk);
        bytes += chunk.length;
      }
    },
    length: () => text.length + bytes,
    take(): string | Buffer {
      const part = bytes === 0 ? text : Buffer.concat(chunks, bytes);
      text = '';
      chunks = [];
      bytes = 0;
      return part;
    },
  };
}

function writeChanges(plan: WatchPlan, encoding: Encoding, encoder: WatchEncoder, sink: StreamSink, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const { clock } = encoding;
    const hopeless = isHopeless(encoding);
    const cancels: (() => void)[] = [];
    let cancelBookmark = () => {};
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      cancelBookmark();
      for (const cancel of cancels) cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const write = (line: string | Buffer) => {
      // If the buffer is over its bound, the client is too slow. It resumes from the last revision it saw.
      if (!ended && (hopeless || !sink.write(line))) end();
    };
    signal.addEventListener('abort', end);
    cancels.push(clock.after(plan.timeoutMs, end));
    try {
      const change = (type: ChangeType, item: CacheItem, event: CacheEvent) => {
        plan.resource.watched.events++;
        write(encoder.event(type, item, event));
      };
      const unsubscribe = plan.subscribe({ change, broken: end });
      if (ended) unsubscribe();
      else cancels.push(unsubscribe);
    } catch (error) {
      if (!(error instanceof StatusError)) return reject(error);
      write(encoder.error(error.toStatus()));
      end();
    }
    if (ended || !plan.bookmarks) return;
    const bookmark = () => {
      write(encoder.bookmark(bookmarkOf(plan, plan.delivered(), false)));
      if (!ended) cancelBookmark = clock.after(BOOKMARK_MS, bookmark);
    };
    // One is due before the end in any case, so that the client resumes from the present.
    cancelBookmark = clock.after(Math.min(BOOKMARK_MS, Math.max(1000, plan.timeoutMs - 2000)), bookmark);
  });
}

function bookmarkOf({ resource }: WatchPlan, revision: number, initialEnd: boolean): Bookmark {
  const { kind } = resource;
  const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const metadata = { resourceVersion: String(revision), ...annotations };
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata };
}
