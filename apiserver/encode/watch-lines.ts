import type { CacheItem } from '../contract/cache.ts';
import type { ChangeType, WatchPlan } from '../contract/call.ts';
import type { Encoding } from '../contract/form.ts';
import { metaVersion, partialOf } from './partial.ts';
import { columnDefinitionsOf, rowOf } from './table.ts';
import type { Bookmark, WatchEncoder } from './watch-encoder.ts';
import { sharedEvent } from './watch-encoder.ts';

/** Encodes the events of a watch as lines of JSON. */
export function jsonLines(plan: WatchPlan, { form, includeObject, clock }: Encoding): WatchEncoder {
  const { resource } = plan;
  const { kind } = resource;
  const apiVersion = metaVersion(form);
  // The first event of a table watch names the columns, the others leave them out.
  let columns: object[] | undefined = form.as === 'table' ? columnDefinitionsOf(kind) : undefined;
  const textOf = (item: CacheItem): string => {
    const { object, text } = plan.served(item);
    if (form.as === 'object') return text;
    if (form.as === 'partial') return JSON.stringify(partialOf(object, form));
    const table = {
      kind: 'Table',
      apiVersion,
      metadata: { resourceVersion: object.metadata?.resourceVersion },
      columnDefinitions: columns ?? null,
      rows: [rowOf(kind, object, clock.now(), includeObject, form)],
    };
    columns = undefined;
    return JSON.stringify(table);
  };
  const line = (type: ChangeType, item: CacheItem) => `{"type":"${type}","object":${textOf(item)}}\n`;
  const shared = `${kind.group}/${kind.version} ${form.as} ${apiVersion}`;
  const bookmarkObject = ({ metadata, ...type }: Bookmark): object => {
    const partial = { kind: 'PartialObjectMetadata', apiVersion, metadata };
    if (form.as === 'object') return { ...type, metadata };
    if (form.as === 'partial') return partial;
    return { kind: 'Table', apiVersion, metadata, columnDefinitions: null, rows: [{ cells: [], object: partial }] };
  };
  return {
    contentType: 'application/json',
    item: line,
    event(type, item, event) {
      if (form.as === 'table') return Buffer.from(line(type, item));
      return sharedEvent(`${type} ${shared}`, item, event, () => Buffer.from(line(type, item)));
    },
    bookmark: (object) => `${JSON.stringify({ type: 'BOOKMARK', object: bookmarkObject(object) })}\n`,
    error: (status) => `${JSON.stringify({ type: 'ERROR', object: status })}\n`,
  };
}
