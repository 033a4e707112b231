import { describe, expect, it } from '@jest/globals';
import { decodeYaml } from './decode.ts';

const value = (text: string) => decodeYaml(text).value;

describe('the dialect of sigs.k8s.io/yaml', () => {
  it.each<[string, unknown]>([
    ['', null],
    ['# only a comment\n', null],
    ['---\n', null],
    ['a: 1', { a: 1 }],
    ['{a: [1, "2", x]}', { a: [1, '2', 'x'] }],
    ['a: yes\nb: Off\nc: y', { a: true, b: false, c: true }],
    ['a: ~\nb:\nc: "null"', { a: null, b: null, c: 'null' }],
    ['a: 0777\nb: 0x1f\nc: 0b11\nd: 1_000\ne: 08\nf: 0o17', { a: 511, b: 31, c: 3, d: 1000, e: 8, f: 15 }],
    ['a: 1.5\nb: -.5\nc: 1e3\nd: +1\ne: -0x10', { a: 1.5, b: -0.5, c: 1000, d: 1, e: -16 }],
    ['a: 12:30\nb: 80:80\nc: 1.2.3.4', { a: '12:30', b: '80:80', c: '1.2.3.4' }],
    ['a: 2001-01-01\nb: 2001-01-01T00:00:00Z', { a: '2001-01-01', b: '2001-01-01T00:00:00Z' }],
    ['a: !!str 1\nb: !!int "2"\nc: !!float 3\nd: !own x\ne: !!binary aGk=', { a: '1', b: 2, c: 3, d: 'x', e: 'hi' }],
    ['1: a\ntrue: b\n1.5: c', { 1: 'a', true: 'b', '1.5': 'c' }],
    ['__proto__: {x: 1}', JSON.parse('{"__proto__":{"x":1}}')],
    ['a: |\n  x\n  y\nb: >-\n  x\n  y', { a: 'x\ny\n', b: 'x y' }],
    ['a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['a: &x 1\nb: &x 2\nc: *x', { a: 1, b: 2, c: 2 }],
    ['a: &x {k: 1, l: 1}\nb: {<<: *x, l: 2}', { a: { k: 1, l: 1 }, b: { k: 1, l: 2 } }],
    ['x: [&a {k: 1}, &b {k: 2, l: 2}]\nz: {<<: [*a, *b]}', { x: [{ k: 1 }, { k: 2, l: 2 }], z: { k: 1, l: 2 } }],
    ['a: 1\n---\n]broken', { a: 1 }],
    ['%YAML 1.1\n---\na: 1\n...\n', { a: 1 }],
    ['# c\n\n---\na: 1', { a: 1 }],
    ['--- {a: 1}\n', { a: 1 }],
    ['- 1\n- - 2\n', [1, [2]]],
  ])('reads %j', (text, expected) => expect(value(text)).toEqual(expected));

  it.each([
    ['a: [', /^line 1: /],
    ['a: 1\n\tb: 2', /^line 2: /],
    ['a: *x', /^unknown anchor 'x' referenced$/],
    ['a: &x {b: *x}', /^anchor 'x' value contains itself$/],
    ['? [a]\n: 1', /^invalid map key: \[\]interface \{\}\["a"\]$/],
    ['? {a: 1}\n: 1', /^invalid map key: map\[interface \{\}\]interface \{\}/],
    ['~: 1', /^unsupported map key of type/],
    ['a: {<<: 5}', /^map merge requires map or sequence of maps as the value$/],
    ['a: !!int foo', /^cannot decode !!str `foo` as a !!int$/],
    ['a: .inf', /^unsupported value/],
    ['a: "\\q"', /^line 1: /],
  ])('refuses %j', (text, message) => expect(() => decodeYaml(text)).toThrow(message));

  it('names doubled keys with their lines', () => {
    expect(decodeYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n').doubled()).toEqual([
      'line 4: key "c" already set in map',
      'line 5: key "a" already set in map',
    ]);
  });
});

describe('texts that would cost more than they should', () => {
  it.each([
    ['collections as keys, nested', `${'? {a: '.repeat(900)}1${'}'.repeat(900)}`, /invalid map key|exceeded max depth|line 1/],
    ['flow collections, nested', '['.repeat(100_000), /exceeded max depth of 1000/],
    ['block collections, nested', '- '.repeat(100_000), /exceeded max depth of 1000/],
    [
      'nesting by way of aliases',
      `a0: &a0 [x]\n${Array.from({ length: 2000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`).join('\n')}`,
      /exces|depth/,
    ],
    [
      'a billion laughs',
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n')}`,
      /excessive aliasing/,
    ],
    ['a long text that aliases repeat', `a: &a ${'x'.repeat(100_000)}\nb: [${'*a,'.repeat(200)}]`, /excessive aliasing/],
  ])('%s are refused', (_, text, message) => expect(() => decodeYaml(text)).toThrow(message));

  // Each of these took seconds or minutes in a parser that is not linear.
  it.each<[string, string]>([
    ['8,000 anchors and aliases', Array.from({ length: 8000 }, (_, i) => `- &b${i} x\n- *b${i}`).join('\n')],
    ['a megabyte of newlines', `a: 1\n${'\n'.repeat(1_000_000)}`],
    ['a megabyte of comments', `a: 1\n${'#\n'.repeat(500_000)}`],
    ['a megabyte of line breaks in quotes', `a: "${'x\n  '.repeat(250_000)}"`],
    ['many documents', '---\na: 1\n'.repeat(100_000)],
    ['20,000 mappings that merge one', `a: &a {x: 1}\n${Array.from({ length: 20_000 }, (_, i) => `k${i}: {<<: *a}`).join('\n')}`],
  ])('%s are read', (_, text) => {
    const begin = performance.now();
    expect(value(text)).toBeDefined();
    expect(performance.now() - begin).toBeLessThan(60_000);
  });
});
