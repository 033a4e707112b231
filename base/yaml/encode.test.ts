import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseSteps } from '../json/parse-steps.ts';
import { finished } from '../steps.ts';
import { decodeYaml } from './decode.ts';
import { encodeYaml, encodeYamlItem, encodeYamlItemSteps, encodeYamlSteps } from './encode.ts';

describe('a YAML document', () => {
  it('looks as the one of kube-apiserver', () => {
    const object = {
      kind: 'Pod',
      apiVersion: 'v1',
      spec: { containers: [{ name: 'c', args: ['-a', '1', 'x: y'], ports: [] }] },
      data: { t: 'a\nb\n' },
      e: {},
    };
    expect(encodeYaml(object)).toBe(
      `apiVersion: v1\ndata:\n  t: |\n    a\n    b\ne: {}\nkind: Pod\nspec:\n  containers:\n  - args:\n    - "-a"\n    - "1"\n    - "x: y"\n    name: c\n    ports: []\n`,
    );
  });

  it('of a long value is written with pauses as at once', () => {
    const value = { b: [{ z: 1, a: ['x', [], {}] }, 'text', [[1, { q: null }]]], a: { k9: 'v', k10: 'a\nb\n', '': {} } };
    const long = finished(parseSteps(JSON.stringify(value), { maxDepth: 100, pieceLength: 1 }));
    expect(finished(encodeYamlSteps(long))).toBe(encodeYaml(value));
    expect(finished(encodeYamlItemSteps(long))).toBe(encodeYamlItem(value));
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key${i}`, 'value']));
    const steps = encodeYamlSteps(finished(parseSteps(JSON.stringify(many), { maxDepth: 10, pieceLength: 1_000 })));
    let pauses = 0;
    for (let step = steps.next(); !step.done; step = steps.next()) pauses++;
    expect(pauses).toBeGreaterThan(3);
  });

  const odd = [
    '',
    ' ',
    'yes',
    'y',
    'null',
    '~',
    '1',
    '0x1',
    '1e3',
    '012',
    '1_0',
    '12:30',
    '.5',
    '.inf',
    '-',
    '- a',
    '#c',
    'a #c',
    'a: b',
    'a:',
    '"',
    "'",
    '{',
    '[a]',
  ];
  const odder = [
    '<<',
    '*a',
    '&a',
    '!t',
    '%d',
    '@x',
    '`x`',
    '|',
    '>',
    '?',
    ',',
    'é',
    '💥',
    'a\n',
    'a\nb',
    'a\n\n',
    '\na',
    ' a\nb',
    'a\n b\n',
    'a\tb',
    '\u0000',
    '\u2028',
    '\ufeff',
    '\ud800',
    'a ',
  ];
  const long = ['x'.repeat(300), 'true', 'a\r\nb', '---', '...', 'a\n---\nb\n', '=', '0o7', '2001-01-01'];
  it.each([...odd, ...odder, ...long])('keeps %j as a text, key, item and field', (text) => {
    const value = { [text]: text, list: [text, [text], { [text]: text }], inner: { deep: { [text]: [text] } } };
    const yaml = encodeYaml(value);
    expect(decodeYaml(yaml).value).toEqual(value);
    // A reader of another hand, which follows YAML 1.2.
    expect(parse(yaml)).toEqual(value);
  });

  it.each([null, true, 0, -1.5, 1e21, 'x', [], {}, [[], {}], [[1, [2]]], { a: null, b: undefined }])('keeps %j', (value) => {
    expect(decodeYaml(encodeYaml(value)).value).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it('can be made item by item', () => {
    expect(decodeYaml(`items:\n${encodeYamlItem({ a: [1] })}${encodeYamlItem('x')}`).value).toEqual({ items: [{ a: [1] }, 'x'] });
  });
});
