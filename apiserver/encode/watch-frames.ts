import { Status } from '../../api/meta/status.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { ChangeType, WatchPlan } from '../contract/call.ts';
import type { Encoding } from '../contract/form.ts';
import { PROTOBUF } from '../request/protobuf/envelope.ts';
import { encodeObject, encodeWatchEvent } from './protobuf/envelope.ts';
import { typeAndSchema } from './protobuf-responses.ts';
import type { WatchEncoder } from './watch-encoder.ts';
import { sharedEvent } from './watch-encoder.ts';

/** Encodes the events of a watch as Protobuf messages, each behind its length. */
export function protobufFrames(plan: WatchPlan, { form }: Encoding): WatchEncoder {
  const { kind } = plan.resource;
  const { type, schema } = typeAndSchema(kind, form);
  const frame = (change: ChangeType, item: CacheItem) => encodeWatchEvent(change, encodeObject(type, schema, plan.served(item).object));
  const shared = `protobuf ${kind.group}/${kind.version} ${form.as} ${type.apiVersion}`;
  return {
    contentType: `${PROTOBUF};stream=watch`,
    item: frame,
    event: (change, item, event) => sharedEvent(`${change} ${shared}`, item, event, () => frame(change, item)),
    bookmark: (object) => encodeWatchEvent('BOOKMARK', encodeObject(type, schema, object)),
    error: (status) => encodeWatchEvent('ERROR', encodeObject({ apiVersion: 'v1', kind: 'Status' }, structuralOf(Status), status)),
  };
}
