import { describe, expect, it } from '@jest/globals';
import { headerValue } from './header-values.ts';

describe('the value of a header', () => {
  it('is ASCII as it is, anything else as the bytes of UTF-8', () => {
    expect(headerValue('299 - "plain"')).toBe('299 - "plain"');
    expect(Buffer.from(headerValue('unknown field "💥ä"'), 'latin1').toString('utf8')).toBe('unknown field "💥ä"');
    expect(Buffer.from(headerValue('\ud800'), 'latin1').toString('utf8')).toBe('\ufffd');
  });

  it('holds no line break and no other control character', () => {
    expect(headerValue('a\r\nSet-Cookie: b\u0000\u007f\tc')).toBe('a Set-Cookie: b \tc');
  });
});
