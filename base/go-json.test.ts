import { describe, expect, it } from '@jest/globals';
import { base64Problem, inInt32, inInt64, parseMicroTime, parseTime } from './go-json.ts';

describe('base64', () => {
  it.each([
    ['', -1],
    ['YQ==', -1],
    ['YWI=', -1],
    ['YWJj\n', -1],
    ['-1', 0],
    ['Bad Value!', 3],
    ['other', 4],
    ['YQ=', 3],
    ['YQ', 0],
    ['YQ==x', 4],
    ['Y===', 1],
  ])('%j is wrong at byte %d', (text, at) => expect(base64Problem(text)).toBe(at));
});

describe('times', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.999Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05Z'],
    ['2024-02-29T00:00:00-23:59', '2024-02-29T23:59:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ])('%s is %s', (text, expected) => expect(parseTime(text)).toEqual({ ok: true, text: expected }));

  it.each([
    ['', 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'],
    ['2026-1-02T03:04:05Z', 'parsing time "2026-1-02T03:04:05Z" as "2006-01-02T15:04:05Z07:00": cannot parse "1-02T03:04:05Z" as "01"'],
    ['2026-01-02', 'parsing time "2026-01-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    ['2026-01-02T03:04:05', 'parsing time "2026-01-02T03:04:05" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"'],
    ['2026-13-02T03:04:05Z', 'parsing time "2026-13-02T03:04:05Z": month out of range'],
    ['2026-02-30T03:04:05Z', 'parsing time "2026-02-30T03:04:05Z": day out of range'],
    ['2026-01-02T03:04:05Zx', 'parsing time "2026-01-02T03:04:05Zx": extra text: "x"'],
  ])('%s is refused', (text, problem) => expect(parseTime(text)).toEqual({ ok: false, problem }));

  it('with microseconds must have all six digits', () => {
    expect(parseMicroTime('2026-01-02T03:04:05.000001Z')).toEqual({ ok: true, text: '2026-01-02T03:04:05.000001Z' });
    expect(parseMicroTime('2026-01-02T03:04:05.1Z')).toMatchObject({
      ok: false,
      problem: expect.stringContaining('cannot parse ".1Z" as ".000000"'),
    });
  });
});

it('integers have the range of their Go types', () => {
  expect([0, 1, -(2 ** 31), 2 ** 31 - 1].every(inInt32)).toBe(true);
  expect([2 ** 31, 1.5, '1', null].some(inInt32)).toBe(false);
  expect(inInt64(2 ** 53) && inInt64(-(2 ** 63))).toBe(true);
  expect([2 ** 63, 0.5, true].some(inInt64)).toBe(false);
});
