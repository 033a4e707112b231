import type { Field } from '../../base/protobuf/message.ts';
import { bool, enumeration, int64, int64Text, message, nested, nestedList, type Of, optional, string } from '../../base/protobuf/message.ts';
import { WIRE } from '../../base/protobuf/wire.ts';
import { bytesOfEncrypted, isEncrypted, textOfBytes } from '../encrypted-value.ts';

/** The messages of etcd's v3 API that the store speaks: numbers are those of etcd's api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto. */

/** A stored value: text, or an encrypted value, whose bytes etcd holds as they are. */
const stored = (number: number): Field<string> => ({
  number,
  zero: () => '',
  write(writer, value) {
    writer.tag(number, WIRE.BYTES);
    if (isEncrypted(value)) writer.bytes(bytesOfEncrypted(value));
    else writer.string(value);
  },
  read: (reader) => textOfBytes(reader.bytes()),
});

const Header = message({ revision: int64(3) });
const KeyValueMessage = message({ key: string(1), createRevision: int64(2), modRevision: int64(3), value: stored(5) });
export type KeyValue = Of<typeof KeyValueMessage>;

const RangeRequestMessage = message({ key: string(1), rangeEnd: string(2), limit: int64(3), revision: int64(4) });
const RangeResponseMessage = message({ header: nested(1, Header), kvs: nestedList(2, KeyValueMessage), more: bool(3) });

export interface RangeRequest {
  readonly key: string;
  readonly rangeEnd?: string;
  readonly limit?: number;
  /** The state as of this revision; as of the newest if 0. */
  readonly revision?: number;
}
export interface RangeResponse {
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
}

export const encodeRange = (request: RangeRequest): Uint8Array => RangeRequestMessage.encode(request);

export function decodeRange(reply: Uint8Array): RangeResponse {
  const { header, kvs, more } = RangeResponseMessage.decode(reply);
  return { revision: header?.revision ?? 0, kvs, more };
}

/** The condition and the value that it compares with are oneofs: they are sent though they be zero. */
const Compare = message({ target: enumeration(2), key: string(3), modRevision: optional(int64(6)) });
const TARGET_MOD = 2;
const PutRequest = message({ key: string(1), value: stored(2), lease: int64Text(3) });
const DeleteRangeRequest = message({ key: string(1) });
const RequestOp = message({ range: nested(1, RangeRequestMessage), put: nested(2, PutRequest), deleteRange: nested(3, DeleteRangeRequest) });
const ResponseOp = message({ range: nested(1, RangeResponseMessage) });
const TxnRequest = message({ compare: nestedList(1, Compare), success: nestedList(2, RequestOp), failure: nestedList(3, RequestOp) });
const TxnResponseMessage = message({ header: nested(1, Header), succeeded: bool(2), responses: nestedList(3, ResponseOp) });

export interface ConditionalWrite {
  readonly key: string;
  /** The mod revision of the key; 0 if it must not exist. */
  readonly expected: number;
  readonly lease: string;
  /** The new value; the key is deleted if undefined. */
  readonly put?: string | undefined;
}
export interface TxnResponse {
  readonly succeeded: boolean;
  readonly revision: number;
  /** The key's present state, if the condition failed and the key exists. */
  readonly current: KeyValue | undefined;
}

/** Puts or deletes the key if its mod revision is as expected, and reads it otherwise. */
export function encodeConditionalWrite({ key, expected, lease, put }: ConditionalWrite): Uint8Array {
  return TxnRequest.encode({
    compare: [{ target: TARGET_MOD, key, modRevision: expected }],
    success: [put === undefined ? { deleteRange: { key } } : { put: { key, value: put, lease } }],
    failure: [{ range: { key } }],
  });
}

export function decodeTxn(reply: Uint8Array): TxnResponse {
  const { header, succeeded, responses } = TxnResponseMessage.decode(reply);
  return { succeeded, revision: header?.revision ?? 0, current: responses[0]?.range?.kvs[0] };
}

const WatchCreateRequest = message({
  key: string(1),
  rangeEnd: string(2),
  startRevision: int64(3),
  progressNotify: bool(4),
  previousValues: bool(6),
});
const Empty = message({});
const WatchRequest = message({ create: nested(1, WatchCreateRequest), progress: nested(3, Empty) });
const EventMessage = message({ type: enumeration(1), kv: nested(2, KeyValueMessage), previous: nested(3, KeyValueMessage) });
const EVENT_DELETE = 1;
const WatchResponseMessage = message({
  header: nested(1, Header),
  created: bool(3),
  canceled: bool(4),
  compactRevision: int64(5),
  cancelReason: string(6),
  events: nestedList(11, EventMessage),
});

/** A WatchCreateRequest for [key, rangeEnd) from `startRevision` on, with previous values and progress notifications. */
export const encodeWatch = (key: string, rangeEnd: string, startRevision: number): Uint8Array =>
  WatchRequest.encode({ create: { key, rangeEnd, startRevision, progressNotify: true, previousValues: true } });

/** Asks how far a watch is; the answer is a response without events. */
export const encodeProgressRequest = (): Uint8Array => WatchRequest.encode({ progress: {} });

export interface WatchResponse {
  readonly revision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly events: readonly { readonly deleted: boolean; readonly kv: KeyValue; readonly previous: KeyValue | undefined }[];
}

export function decodeWatch(reply: Uint8Array): WatchResponse {
  const { header, created, canceled, compactRevision, cancelReason, events } = WatchResponseMessage.decode(reply);
  return {
    revision: header?.revision ?? 0,
    created,
    canceled,
    compactRevision,
    cancelReason,
    events: events.flatMap(({ type, kv, previous }) => (kv ? { deleted: type === EVENT_DELETE, kv, previous } : [])),
  };
}

const LeaseGrantRequest = message({ ttl: int64(1) });
const LeaseGrantResponse = message({ id: int64Text(2) });
export const encodeLeaseGrant = (ttlSeconds: number): Uint8Array => LeaseGrantRequest.encode({ ttl: ttlSeconds });
/** The lease's id in decimal digits: ids use all 64 bits. */
export const decodeLeaseGrant = (reply: Uint8Array): string => LeaseGrantResponse.decode(reply).id;

const CompactionRequest = message({ revision: int64(1) });
export const encodeCompaction = (revision: number): Uint8Array => CompactionRequest.encode({ revision });
