import { describe, expect, it } from '@jest/globals';
import type { NodeSelectorRequirement, NodeSelectorTerm } from './affinity.ts';
import { matchesNodeAffinity, matchesNodeSelector } from './node-affinity.ts';

const node = (labels: Record<string, string>) => ({ name: 'n1', labels });
const requires = (...nodeSelectorTerms: NodeSelectorTerm[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } });
const matches = (term: NodeSelectorTerm, labels: Record<string, string> = {}) => matchesNodeSelector({ nodeSelectorTerms: [term] }, node(labels));
const meets = (requirement: NodeSelectorRequirement, labels: Record<string, string> = {}) => matches({ matchExpressions: [requirement] }, labels);

const BIG = '9223372036854775807';

describe('a requirement about a node’s label', () => {
  it.each<[string, string[] | undefined, string | undefined, boolean]>([
    ['In', ['a', 'b'], 'b', true],
    ['In', ['a', 'b'], 'c', false],
    ['In', ['', 'b'], '', true],
    ['In', ['a'], undefined, false],
    ['In', [], 'a', false],
    ['NotIn', ['a'], 'a', false],
    ['NotIn', ['a'], 'b', true],
    ['NotIn', ['a'], undefined, true],
    ['NotIn', [], 'a', false],
    ['Exists', undefined, '', true],
    ['Exists', undefined, undefined, false],
    ['Exists', ['a'], 'a', false],
    ['DoesNotExist', undefined, undefined, true],
    ['DoesNotExist', undefined, 'a', false],
    ['DoesNotExist', ['a'], undefined, false],
    ['in', ['a'], 'a', false],
    ['Gt', ['4', '5'], '8', false],
    ['Gt', [], '8', false],
    ['NotIn', ['no label!'], 'a', false],
  ])('%s %j of the value %j: %j', (operator, values, value, expected) => {
    expect(meets({ key: 'k', operator, values }, value === undefined ? {} : { k: value })).toBe(expected);
  });

  it.each<[value: string, operator: 'Gt' | 'Lt', bound: string, boolean]>([
    ['8', 'Gt', '4', true],
    ['8', 'Lt', '4', false],
    ['4', 'Gt', '4', false],
    ['4', 'Lt', '4', false],
    // A decimal point, an exponent, a blank and another base are no part of an integer, on either side.
    ['1.5', 'Gt', '1', false],
    ['8', 'Gt', '1.5', false],
    ['1e3', 'Gt', '1', false],
    [' 7', 'Gt', '1', false],
    ['8', 'Gt', ' 7', false],
    ['0x10', 'Gt', '1', false],
    ['8', 'Lt', '0x10', false],
    ['1_000', 'Gt', '1', false],
    ['', 'Lt', '1', false],
    ['8', 'Gt', '', false],
    ['٣', 'Gt', '1', false],
    // Leading zeros are decimal.
    ['007', 'Gt', '6', true],
    ['7', 'Lt', '010', true],
    // A sign is read where it can stand: no label value begins with one, so a bound with a sign makes the term unreadable.
    ['-3', 'Lt', '0', true],
    ['+3', 'Gt', '2', true],
    ['-', 'Lt', '1', false],
    ['0', 'Gt', '-3', false],
    ['9', 'Gt', '+3', false],
    // All 64 bits count, and no more than those.
    ['9007199254740993', 'Gt', '9007199254740992', true],
    [BIG, 'Gt', '9223372036854775806', true],
    ['9223372036854775806', 'Lt', BIG, true],
    ['9223372036854775808', 'Gt', '1', false],
    ['1', 'Lt', '9223372036854775808', false],
    ['-9223372036854775808', 'Lt', '0', true],
    ['-9223372036854775809', 'Lt', '0', false],
  ])('%j %s %j: %j', (value, operator, bound, expected) => {
    expect(meets({ key: 'k', operator, values: [bound] }, { k: value })).toBe(expected);
  });

  it('is not met through what every JavaScript object has', () => {
    expect(meets({ key: 'constructor', operator: 'Exists' })).toBe(false);
    expect(matchesNodeAffinity(undefined, { toString: 'x' }, node({}))).toBe(false);
  });
});

describe('a term of a node selector', () => {
  it('matches nothing if it is empty', () => {
    expect(matches({})).toBe(false);
    expect(matches({ matchExpressions: [], matchFields: [] })).toBe(false);
    expect(matchesNodeSelector({ nodeSelectorTerms: [] }, node({}))).toBe(false);
  });

  it('matches if all its expressions and fields do', () => {
    const exists = (key: string) => ({ key, operator: 'Exists' });
    const named = (name: string) => ({ key: 'metadata.name', operator: 'In', values: [name] });
    expect(matches({ matchExpressions: [exists('a'), exists('b')] }, { a: '', b: '' })).toBe(true);
    expect(matches({ matchExpressions: [exists('a'), exists('b')] }, { a: '' })).toBe(false);
    expect(matches({ matchExpressions: [exists('a')], matchFields: [named('n1')] }, { a: '' })).toBe(true);
    expect(matches({ matchExpressions: [exists('a')], matchFields: [named('n2')] }, { a: '' })).toBe(false);
    expect(matches({ matchExpressions: [exists('b')], matchFields: [named('n1')] }, { a: '' })).toBe(false);
  });

  it.each<[NodeSelectorRequirement, boolean]>([
    [{ key: 'metadata.name', operator: 'In', values: ['n1'] }, true],
    [{ key: 'metadata.name', operator: 'In', values: ['n2'] }, false],
    [{ key: 'metadata.name', operator: 'NotIn', values: ['n2'] }, true],
    [{ key: 'metadata.name', operator: 'NotIn', values: ['n1'] }, false],
    [{ key: 'metadata.name', operator: 'In', values: ['n1', 'n2'] }, false],
    [{ key: 'metadata.name', operator: 'In' }, false],
    [{ key: 'metadata.name', operator: 'Exists' }, false],
    [{ key: 'metadata.uid', operator: 'In', values: ['n1'] }, false],
  ])('reads the field %j: %j', (requirement, expected) => {
    expect(matches({ matchFields: [requirement] })).toBe(expected);
  });
});

describe('node affinity', () => {
  it('lets every node do if nothing is asked', () => {
    expect(matchesNodeAffinity(undefined, undefined, node({}))).toBe(true);
    expect(matchesNodeAffinity({}, {}, node({}))).toBe(true);
  });

  it('asks for the node selector and one of the terms', () => {
    const affinity = requires(
      { matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['many'] }] },
      { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] },
    );
    expect(matchesNodeAffinity(affinity, { disk: 'ssd' }, node({ disk: 'ssd', zone: 'a' }))).toBe(true);
    expect(matchesNodeAffinity(affinity, { disk: 'ssd' }, node({ disk: 'hdd', zone: 'a' }))).toBe(false);
    expect(matchesNodeAffinity(affinity, { disk: 'ssd' }, node({ disk: 'ssd', zone: 'b' }))).toBe(false);
    expect(matchesNodeAffinity(affinity, { disk: 'ssd' }, node({ disk: 'ssd' }))).toBe(false);
    expect(matchesNodeAffinity(affinity, undefined, node({ zone: 'a' }))).toBe(true);
  });
});
