import { describe, expect, it } from '@jest/globals';
import { nodeLabelsOption } from './node-labels.ts';

const parse = (text?: string) => nodeLabelsOption['node-labels'].schema.safeParse(text);

describe('--node-labels', () => {
  it.each([
    [undefined, {}],
    ['', {}],
    ['disk=ssd', { disk: 'ssd' }],
    ['disk=ssd,example.com/rack=a,empty=', { disk: 'ssd', 'example.com/rack': 'a', empty: '' }],
  ])('%p gives the labels %p', (text, labels) => {
    expect(parse(text)).toMatchObject({ success: true, data: labels });
  });

  it.each([
    ['disk', /disk: must be KEY=VALUE/],
    ['a b=c', /a b=c: name part must consist of/],
    ['a=b=c', /a=b=c: a valid label must be/],
  ])('%p is refused: %p', (text, message) => {
    expect(parse(text).error?.message).toMatch(message);
  });
});
