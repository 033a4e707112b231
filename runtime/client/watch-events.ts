import type { Kind } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import { parseExactJson } from '../../base/exact-json.ts';
import { createLineSplitter } from '../../base/line-splitter.ts';
import type { WatchEvent } from './client.ts';

type RawEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: Live<T> }
  | { readonly type: 'ERROR'; readonly object: Parameters<typeof StatusError.fromStatus>[0] };

/**
 * Returns a function that takes the bytes of a watch as they come, and passes each event on. Objects without a type get the kind's.
 * The function throws StatusError for an event that tells of an error, and SyntaxError for a line that is no JSON.
 */
export function watchEvents<T extends KubeObject>(kind: Kind<T>, onEvent: (event: WatchEvent<T>) => void): (chunk: Buffer) => void {
  const apiVersion = apiVersionOf(kind);
  return createLineSplitter((line) => {
    const event = parseExactJson(line) as RawEvent<T>;
    if (event.type === 'ERROR') throw StatusError.fromStatus(event.object);
    if (event.type === 'BOOKMARK') return onEvent({ type: 'BOOKMARK', resourceVersion: event.object.metadata.resourceVersion });
    event.object.apiVersion ??= apiVersion;
    event.object.kind ??= kind.kind;
    onEvent({ type: event.type, object: event.object });
  });
}
