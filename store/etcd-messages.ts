import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * The few messages of etcd's v3 API that the store speaks, encoded by hand on protobuf's wire primitives
 * (field numbers: etcd's api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto). Unknown fields are skipped.
 */

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
}

type Field = (reader: BinaryReader, wireType: WireType) => void;

function read(bytes: Uint8Array, fields: Readonly<Record<number, Field>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields[number];
    if (field) field(reader, wireType);
    else reader.skip(wireType);
  }
}

const number = (reader: BinaryReader): number => Number(reader.int64());
const text = (reader: BinaryReader): string => Buffer.from(reader.bytes()).toString('utf8');
const tag = (writer: BinaryWriter, field: number, type: WireType): BinaryWriter => writer.uint32((field << 3) | type);
const writeText = (writer: BinaryWriter, field: number, value: string) =>
  value === '' ? writer : tag(writer, field, WireType.LengthDelimited).bytes(Buffer.from(value));
const writeInt = (writer: BinaryWriter, field: number, value: number) => (value === 0 ? writer : tag(writer, field, WireType.Varint).int64(value));
const writeBytes = (writer: BinaryWriter, field: number, value: Uint8Array) => tag(writer, field, WireType.LengthDelimited).bytes(value);

function readKeyValue(bytes: Uint8Array): KeyValue {
  let key = '';
  let value = '';
  let createRevision = 0;
  let modRevision = 0;
  read(bytes, {
    1: (r) => (key = text(r)),
    2: (r) => (createRevision = number(r)),
    3: (r) => (modRevision = number(r)),
    5: (r) => (value = text(r)),
  });
  return { key, value, createRevision, modRevision };
}

/** ResponseHeader.revision */
function readHeader(bytes: Uint8Array): number {
  let revision = 0;
  read(bytes, { 3: (r) => (revision = number(r)) });
  return revision;
}

export interface RangeRequest {
  readonly key: string;
  readonly rangeEnd?: string;
  readonly limit?: number;
  /** As of this revision; 0: the newest. */
  readonly revision?: number;
}
export interface RangeResponse {
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
}

export function encodeRange({ key, rangeEnd = '', limit = 0, revision = 0 }: RangeRequest): Uint8Array {
  const writer = new BinaryWriter();
  writeText(writer, 1, key);
  writeText(writer, 2, rangeEnd);
  writeInt(writer, 3, limit);
  writeInt(writer, 4, revision);
  return writer.finish();
}

export function decodeRange(bytes: Uint8Array): RangeResponse {
  let revision = 0;
  let more = false;
  const kvs: KeyValue[] = [];
  read(bytes, {
    1: (r) => (revision = readHeader(r.bytes())),
    2: (r) => void kvs.push(readKeyValue(r.bytes())),
    3: (r) => (more = r.bool()),
  });
  return { revision, kvs, more };
}

export type ConditionalWrite = { readonly key: string /** 0: the key must not exist. */; readonly expected: number; readonly lease: string } & (
  | { readonly put: string }
  | { readonly put?: undefined }
);
export interface TxnResponse {
  readonly succeeded: boolean;
  readonly revision: number;
  /** What is there, where the condition failed. */
  readonly current: KeyValue | undefined;
}

/** If the key's mod revision is as expected: put or delete; else: read it. */
export function encodeConditionalWrite(write: ConditionalWrite): Uint8Array {
  const compare = new BinaryWriter();
  writeInt(compare, 2, 2); // target: MOD
  writeText(compare, 3, write.key);
  tag(compare, 6, WireType.Varint).int64(write.expected);
  const success = new BinaryWriter();
  if (write.put === undefined) {
    const remove = new BinaryWriter();
    writeText(remove, 1, write.key);
    writeBytes(success, 3, remove.finish());
  } else {
    const put = new BinaryWriter();
    writeText(put, 1, write.key);
    writeText(put, 2, write.put);
    if (write.lease !== '0') tag(put, 3, WireType.Varint).int64(write.lease);
    writeBytes(success, 2, put.finish());
  }
  const failure = new BinaryWriter();
  writeBytes(failure, 1, encodeRange({ key: write.key }));
  const txn = new BinaryWriter();
  writeBytes(txn, 1, compare.finish());
  writeBytes(txn, 2, success.finish());
  writeBytes(txn, 3, failure.finish());
  return txn.finish();
}

export function decodeTxn(bytes: Uint8Array): TxnResponse {
  let succeeded = false;
  let revision = 0;
  let current: KeyValue | undefined;
  read(bytes, {
    1: (r) => (revision = readHeader(r.bytes())),
    2: (r) => (succeeded = r.bool()),
    3: (r) => read(r.bytes(), { 1: (op) => (current = decodeRange(op.bytes()).kvs[0]) }),
  });
  return { succeeded, revision, current };
}

/** A WatchCreateRequest for [key, rangeEnd) from `startRevision` on, with previous values and progress notifications. */
export function encodeWatch(key: string, rangeEnd: string, startRevision: number): Uint8Array {
  const create = new BinaryWriter();
  writeText(create, 1, key);
  writeText(create, 2, rangeEnd);
  writeInt(create, 3, startRevision);
  tag(create, 4, WireType.Varint).bool(true);
  tag(create, 6, WireType.Varint).bool(true);
  const request = new BinaryWriter();
  writeBytes(request, 1, create.finish());
  return request.finish();
}

/** Asks how far a watch is; the answer is a response without events. */
export function encodeProgressRequest(): Uint8Array {
  const request = new BinaryWriter();
  writeBytes(request, 3, new Uint8Array());
  return request.finish();
}

export interface WatchResponse {
  readonly revision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly events: readonly { readonly deleted: boolean; readonly kv: KeyValue; readonly previous: KeyValue | undefined }[];
}

export function decodeWatch(bytes: Uint8Array): WatchResponse {
  let revision = 0;
  let created = false;
  let canceled = false;
  let compactRevision = 0;
  let cancelReason = '';
  const events: { deleted: boolean; kv: KeyValue; previous: KeyValue | undefined }[] = [];
  read(bytes, {
    1: (r) => (revision = readHeader(r.bytes())),
    3: (r) => (created = r.bool()),
    4: (r) => (canceled = r.bool()),
    5: (r) => (compactRevision = number(r)),
    6: (r) => (cancelReason = r.string()),
    11: (r) => {
      let deleted = false;
      let kv: KeyValue | undefined;
      let previous: KeyValue | undefined;
      read(r.bytes(), {
        1: (e) => (deleted = e.int32() === 1),
        2: (e) => (kv = readKeyValue(e.bytes())),
        3: (e) => (previous = readKeyValue(e.bytes())),
      });
      if (kv) events.push({ deleted, kv, previous });
    },
  });
  return { revision, created, canceled, compactRevision, cancelReason, events };
}

export function encodeLeaseGrant(ttlSeconds: number): Uint8Array {
  return writeInt(new BinaryWriter(), 1, ttlSeconds).finish();
}

/** The lease's id, as decimal text: ids use all 64 bits. */
export function decodeLeaseGrant(bytes: Uint8Array): string {
  let id = '0';
  read(bytes, { 2: (r) => (id = r.int64().toString()) });
  return id;
}

export function encodeCompaction(revision: number): Uint8Array {
  return writeInt(new BinaryWriter(), 1, revision).finish();
}
