import { describe, expect, it } from '@jest/globals';
import {
  bool,
  bytes,
  int32,
  int64,
  int64Text,
  integerList,
  message,
  nested,
  nestedList,
  optional,
  string,
  stringList,
  stringMap,
} from './message.ts';

const Inner = message({ name: string(1), count: int32(2) });
const All = message({
  text: string(1),
  flag: bool(2),
  big: int64(3),
  raw: bytes(4),
  inner: nested(5, Inner),
  list: nestedList(6, Inner),
  words: stringList(7),
  numbers: integerList(8),
  labels: stringMap(9),
});
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');

describe('Protobuf messages', () => {
  it('have the bytes that protoc gives', () => {
    // message { string name = 1; int32 count = 2; } with "ab" and 150: the example of the encoding guide.
    expect(hex(Inner.encode({ name: 'ab', count: 150 }))).toBe('0a026162109601');
    expect(hex(Inner.encode({ count: -1 }))).toBe('10ffffffffffffffffff01');
  });

  it('leave out zero values', () => {
    expect(All.encode({ text: '', flag: false, big: 0, words: [], labels: {} })).toHaveLength(0);
  });

  it('come back as they were sent', () => {
    const value = {
      text: 'grüße',
      flag: true,
      big: 1_795_349_838_411_000,
      raw: Buffer.from([0, 255]),
      inner: { name: 'i', count: 1 },
      list: [
        { name: 'a', count: 0 },
        { name: '', count: 2 },
      ],
      words: ['x', ''],
      numbers: [1, 300, -5],
      labels: { a: '1', b: '' },
    };
    const decoded = All.decode(All.encode(value));
    expect({ ...decoded, raw: [...decoded.raw] }).toEqual({ ...value, raw: [0, 255] });
  });

  it('decode to zero values where fields are absent', () => {
    expect(All.decode(new Uint8Array())).toMatchObject({
      text: '',
      flag: false,
      big: 0,
      inner: undefined,
      list: [],
      words: [],
      numbers: [],
      labels: {},
    });
  });

  it('tell an absent value from zero where it matters', () => {
    const Choice = message({ count: optional(int64(1)), plain: int64(2) });
    expect(hex(Choice.encode({ count: 0, plain: 0 }))).toBe('0800');
    expect(Choice.decode(new Uint8Array())).toEqual({ count: undefined, plain: 0 });
    expect(Choice.decode(Choice.encode({ count: 0 }))).toEqual({ count: 0, plain: 0 });
  });

  it('keep all digits of a 64-bit integer that is read as text', () => {
    const Lease = message({ id: int64Text(2) });
    expect(Lease.decode(Lease.encode({ id: '7587883212345678901' }))).toEqual({ id: '7587883212345678901' });
    expect(Lease.encode({ id: '0' })).toHaveLength(0);
  });

  it('share no lists or maps', () => {
    const [first, second] = [All.decode(All.encode({ words: ['a'], labels: { a: '1' } })), All.decode(new Uint8Array())];
    expect([first.words, second.words, second.labels]).toEqual([['a'], [], {}]);
  });

  it('may have a map with any key', () => {
    const { labels } = All.decode(All.encode({ labels: JSON.parse('{"__proto__": "x"}') }));
    expect(Object.entries(labels)).toEqual([['__proto__', 'x']]);
  });

  it('read integers that are not packed', () => {
    expect(All.decode(Buffer.from('40014002', 'hex')).numbers).toEqual([1, 2]);
  });

  it('skip fields that they do not know', () => {
    const Newer = message({ name: string(1), extra: string(99), count: int32(2) });
    expect(Inner.decode(Newer.encode({ name: 'a', extra: 'new', count: 7 }))).toEqual({ name: 'a', count: 7 });
  });
});
