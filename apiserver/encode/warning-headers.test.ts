import { describe, expect, it } from '@jest/globals';
import { warningHeaders } from './warning-headers.ts';

describe('warnings', () => {
  it('are sent once each, quoted', () => {
    expect(warningHeaders(['a "b" \\ c', 'x', 'x', ''])).toEqual(['299 - "a \\"b\\" \\\\ c"', '299 - "x"']);
  });

  it('with control characters are not sent', () => {
    expect(warningHeaders(['a\nb', 'c\u0085d', 'e'])).toEqual(['299 - "e"']);
  });

  it('are whole up to 4,096 characters together, whatever their length in UTF-16', () => {
    const long = '💥'.repeat(4096);
    expect(warningHeaders([long])).toEqual([`299 - "${long}"`]);
  });

  it('are cut at 256 characters each beyond that, and end at 4,096 together', () => {
    const headers = warningHeaders(Array.from({ length: 150_000 }, (_, index) => `${index}💥`.padEnd(1000, '💥')));
    expect(headers).toHaveLength(16);
    expect([...(headers[1] ?? '')]).toHaveLength('299 - ""'.length + 256);
    const short = warningHeaders(Array.from({ length: 150_000 }, (_, index) => `unknown field "x${index}"`));
    expect(short.length).toBeLessThan(300);
  });
});
