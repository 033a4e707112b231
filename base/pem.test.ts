import { describe, expect, it } from '@jest/globals';
import { pemBlocks } from './pem.ts';

describe('the blocks of a PEM text', () => {
  it.each([
    [
      'are read in order',
      '-----BEGIN A-----\nAAAA\nBBBB\n-----END A-----\nx\n-----BEGIN B C-----\r\nAA==\r\n-----END B C-----\r\n',
      ['A AAAABBBB', 'B C AA=='],
    ],
    ['may have headers', '-----BEGIN A-----\nName: value\n\nAAAA\n-----END A-----\n', ['A AAAA with headers']],
    ['end with their own type', '-----BEGIN A-----\nAAAA\n-----END B-----\n', []],
    ['hold base64', '-----BEGIN A-----\nA*AA\n-----END A-----\n', []],
    ['hold whole groups of base64', '-----BEGIN A-----\nAAAAA\n-----END A-----\n', []],
    ['are closed', '-----BEGIN A-----\nAAAA\n', []],
    ['may be missing', 'text', []],
  ])('%s', (_, text, expected) => {
    expect(pemBlocks(text).map(({ type, data, hasHeaders }) => `${type} ${data}${hasHeaders ? ' with headers' : ''}`)).toEqual(expected);
  });
});
