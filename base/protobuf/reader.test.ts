import { describe, expect, it } from '@jest/globals';
import { Reader } from './reader.ts';
import { WireError } from './wire.ts';
import { Writer } from './writer.ts';

const reader = (hex: string) => new Reader(Buffer.from(hex, 'hex'));

/** Reads every field as a message would that knows none of them. */
function skipAll(hex: string): number[] {
  const fields = reader(hex);
  const numbers: number[] = [];
  while (fields.next()) {
    numbers.push(fields.number);
    fields.skip();
  }
  return numbers;
}

describe('reading the wire format', () => {
  it('passes fields of every encoding', () => {
    expect(skipAll('0a0161 109601 190000000000000000 2500000000 fa0f00'.replaceAll(' ', ''))).toEqual([1, 2, 3, 4, 255]);
  });

  it.each([
    ['ends within a tag', '8a', 'unexpected EOF'],
    ['ends within a number', '0880', 'unexpected EOF'],
    ['ends within a text', '0a0361', 'unexpected EOF'],
    ['has a text longer than 2^32', '0a818080801061', 'unexpected EOF'],
    ['ends within a fixed number', '0900', 'unexpected EOF'],
    ['has a number of eleven bytes', '088080808080808080808001', 'integer overflow'],
    ['has a group', '0b0c', 'illegal wireType 3'],
    ['has a field 0', '0000', 'out of range'],
    ['has a field beyond 2^29', '888080808001', 'out of range'],
  ])('refuses a message that %s', (_what, hex, problem) => {
    expect(() => skipAll(hex)).toThrow(WireError);
    expect(() => skipAll(hex)).toThrow(problem);
  });

  it('keeps a nested message within its bounds', () => {
    // Field 1 holds one byte, the first half of a number that goes on outside.
    const fields = reader('0a02088001');
    expect(fields.next()).toBe(true);
    fields.enter();
    expect(fields.next()).toBe(true);
    expect(() => fields.uint32()).toThrow('unexpected EOF');
    const longer = reader('0a0208016201');
    longer.next();
    const outer = longer.enter();
    longer.leave(outer);
    expect(longer.next()).toBe(true);
    expect(longer.number).toBe(12);
    expect(() => longer.skip()).toThrow('unexpected EOF');
  });
});

describe('integers', () => {
  const written = (write: (writer: Writer) => void) => {
    const writer = new Writer();
    write(writer);
    return writer.finish();
  };

  it.each([0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 32, 2 ** 35, Number.MAX_SAFE_INTEGER, -1, -128, -(2 ** 40), Number.MIN_SAFE_INTEGER])(
    '%d of 64 bits comes back',
    (value) => expect(new Reader(written((writer) => writer.int64(value))).int64()).toBe(value),
  );

  it.each(['0', '-1', '9007199254740993', '-9007199254740993', '9223372036854775807', '-9223372036854775808'])(
    '%s comes back in all its digits',
    (value) => expect(new Reader(written((writer) => writer.int64Text(value))).int64Text()).toBe(value),
  );

  it('past 2^53 are the nearest number', () => {
    const bytes = written((writer) => writer.int64Text('9007199254740993'));
    expect(new Reader(bytes).int64()).toBe(Number(9007199254740993n));
    expect(new Reader(written((writer) => writer.int64Text('-1'))).uint64()).toBe(2 ** 64);
  });

  it.each([0, 1, -1, 2 ** 31 - 1, -(2 ** 31)])('%d of 32 bits comes back', (value) => {
    expect(new Reader(written((writer) => writer.int32(value))).int32()).toBe(value);
  });
});

describe('lengths', () => {
  it.each([0, 1, 42, 43, 127, 128, 16_383, 16_384, 100_000])('of texts and messages of %d characters are right', (length) => {
    for (const text of ['a'.repeat(length), '漢'.repeat(length)]) {
      const writer = new Writer();
      const outer = writer.open(1);
      const inner = writer.open(2);
      writer.tag(3, 2).string(text);
      writer.close(inner);
      writer.close(outer);
      writer.tag(4, 0).bool(true);
      const fields = new Reader(writer.finish());
      fields.next();
      const end = fields.enter();
      fields.next();
      const innerEnd = fields.enter();
      fields.next();
      expect(fields.string() === text).toBe(true);
      expect(fields.next()).toBe(false);
      fields.leave(innerEnd);
      fields.leave(end);
      expect([fields.next(), fields.number, fields.bool()]).toEqual([true, 4, true]);
    }
  });
});
