import { apiVersionOf } from '../../api/definition/kind.ts';
import type { Status } from '../../api/meta/status.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import type { CacheEvent, CacheItem } from '../contract/cache.ts';
import type { ChangeType, WatchPlan } from '../contract/call.ts';
import type { Encoding } from '../contract/form.ts';
import type { ApiResponse, StreamSink } from '../contract/request.ts';
import { partialOf } from './partial.ts';
import { columnDefinitionsOf, rowOf } from './table.ts';

const BOOKMARK_MS = 60_000;

/** Answers a watch as a stream of JSON lines. Watchers that want the same form share one encoded line per event. */
export function watchResponse(plan: WatchPlan, encoding: Encoding): ApiResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
    body: { kind: 'stream', run: (sink, signal) => stream(plan, encoding, sink, signal) },
  };
}

/** The length of the parts of the initial state: others are served in between. */
const PART_LENGTH = 128 * 1024;

async function stream(plan: WatchPlan, encoding: Encoding, sink: StreamSink, signal: AbortSignal): Promise<void> {
  const lines = lineMaker(plan, encoding);
  if (!(await writeInitial(plan, lines, sink, signal))) return;
  await writeChanges(plan, encoding, lines, sink, signal);
}

/** Writes the initial state; returns false if the client went away. */
async function writeInitial(plan: WatchPlan, lines: LineMaker, sink: StreamSink, signal: AbortSignal): Promise<boolean> {
  let part = '';
  for (const item of plan.initial) {
    part += lines.item('ADDED', item);
    plan.resource.watched.events++;
    if (part.length < PART_LENGTH) continue;
    if (!sink.write(part) || signal.aborted || (sink.drained && !(await sink.drained()))) return false;
    part = '';
  }
  if (plan.announceInitial) part += `${lines.bookmark(bookmarkOf(plan, plan.after, true))}\n`;
  return !signal.aborted && (part === '' || sink.write(part));
}

function writeChanges(plan: WatchPlan, { clock }: Encoding, lines: LineMaker, sink: StreamSink, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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
      if (!ended && !sink.write(line)) end();
    };
    signal.addEventListener('abort', end);
    cancels.push(clock.after(plan.timeoutMs, end));
    try {
      const change = (type: ChangeType, item: CacheItem, event: CacheEvent) => {
        plan.resource.watched.events++;
        write(lines.event(type, item, event));
      };
      const unsubscribe = plan.subscribe({ change, broken: end });
      if (ended) unsubscribe();
      else cancels.push(unsubscribe);
    } catch (error) {
      if (!(error instanceof StatusError)) return reject(error);
      write(`${errorLine(error.toStatus())}\n`);
      end();
    }
    if (ended || !plan.bookmarks) return;
    const bookmark = () => {
      write(`${lines.bookmark(bookmarkOf(plan, plan.delivered(), false))}\n`);
      if (!ended) cancelBookmark = clock.after(BOOKMARK_MS, bookmark);
    };
    // One is due before the end in any case, so that the client resumes from the present.
    cancelBookmark = clock.after(Math.min(BOOKMARK_MS, Math.max(1000, plan.timeoutMs - 2000)), bookmark);
  });
}

/** A bookmark's object: a kind and a resourceVersion, nothing else. */
function bookmarkOf(plan: WatchPlan, revision: number, initialEnd: boolean): object {
  const { kind } = plan.resource;
  const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return {
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: String(revision), creationTimestamp: null, ...annotations },
  };
}

const errorLine = (status: Status): string => JSON.stringify({ type: 'ERROR', object: status });

interface LineMaker {
  item(type: ChangeType, item: CacheItem): string;
  /** Encoded once for all watchers of the same form. */
  event(type: ChangeType, item: CacheItem, event: CacheEvent): Buffer;
  bookmark(object: object): string;
}

function lineMaker(plan: WatchPlan, { form, includeObject, clock }: Encoding): LineMaker {
  const { resource } = plan;
  const { kind } = resource;
  // The first event of a table watch names the columns, the others leave them out.
  let columns: object[] | undefined = form.as === 'table' ? columnDefinitionsOf(kind) : undefined;
  const textOf = (item: CacheItem): string => {
    const { object, text } = plan.served(item);
    if (form.as === 'object') return text;
    if (form.as === 'partial') return JSON.stringify(partialOf(object));
    const table = {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: object.metadata?.resourceVersion },
      columnDefinitions: columns ?? null,
      rows: [rowOf(kind, object, clock.now(), includeObject)],
    };
    columns = undefined;
    return JSON.stringify(table);
  };
  const line = (type: ChangeType, item: CacheItem) => `{"type":"${type}","object":${textOf(item)}}\n`;
  const shared = `${kind.group}/${kind.version} ${form.as}`;
  return {
    item: line,
    event(type, item, event) {
      if (form.as === 'table' || item !== event.item) return Buffer.from(line(type, item));
      const id = `${type} ${shared}`;
      let bytes = event.lines.get(id);
      if (!bytes) {
        bytes = Buffer.from(line(type, item));
        event.lines.set(id, bytes);
      }
      return bytes;
    },
    bookmark(object) {
      const metadata = 'metadata' in object ? object.metadata : {};
      if (form.as === 'table')
        return JSON.stringify({
          type: 'BOOKMARK',
          object: {
            kind: 'Table',
            apiVersion: 'meta.k8s.io/v1',
            metadata,
            columnDefinitions: null,
            rows: [{ cells: [], object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } }],
          },
        });
      if (form.as === 'partial')
        return JSON.stringify({ type: 'BOOKMARK', object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } });
      return JSON.stringify({ type: 'BOOKMARK', object });
    },
  };
}
