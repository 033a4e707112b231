import { describe, expect, it } from '@jest/globals';
import { matchesNodeAffinity, matchesNodeSelector } from './node-affinity.ts';

const node = (labels: Record<string, string>) => ({ name: 'n1', labels });
const comparing = (operator: string, bound: string) => ({ nodeSelectorTerms: [{ matchExpressions: [{ key: 'size', operator, values: [bound] }] }] });

describe('Gt and Lt', () => {
  it.each(['1.5', ' 7', '7 ', '0x10', '1e3', '1_000', '', '-', '9223372036854775808', '-9223372036854775809'])(
    'never match a label of %j, which is no 64-bit integer',
    (size) => {
      expect(matchesNodeSelector(comparing('Gt', '-100'), node({ size }))).toBe(false);
      expect(matchesNodeSelector(comparing('Lt', '100'), node({ size }))).toBe(false);
    },
  );

  it.each([
    ['007', 'Gt', '6', true],
    ['007', 'Gt', '7', false],
    ['007', 'Lt', '8', true],
    ['-3', 'Lt', '-2', true],
    ['-3', 'Gt', '-4', true],
    ['+5', 'Gt', '4', true],
    ['9007199254740993', 'Gt', '9007199254740992', true],
    ['9223372036854775807', 'Gt', '9223372036854775806', true],
    ['7', 'Gt', '6.5', false],
    ['7', 'Lt', '0x10', false],
  ])('compare as 64-bit integers: %s %s %s is %s', (size, operator, bound, expected) => {
    expect(matchesNodeSelector(comparing(operator, bound), node({ size }))).toBe(expected);
  });

  it('do not match a node without the label', () => {
    expect(matchesNodeSelector(comparing('Gt', '0'), node({}))).toBe(false);
    expect(matchesNodeSelector(comparing('Lt', '0'), node({}))).toBe(false);
  });
});

describe('the placement of a pod', () => {
  it('needs every label of its node selector', () => {
    expect(matchesNodeAffinity(undefined, { disk: 'ssd' }, node({ disk: 'ssd', zone: 'a' }))).toBe(true);
    expect(matchesNodeAffinity(undefined, { disk: 'ssd', zone: 'b' }, node({ disk: 'ssd', zone: 'a' }))).toBe(false);
    expect(matchesNodeAffinity(undefined, undefined, node({}))).toBe(true);
  });

  it('needs one term of its required affinity, whose expressions and fields must all hold', () => {
    const requiring = (...nodeSelectorTerms: object[]) => ({
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    });
    const byName = (name: string) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] });
    const exists = (key: string) => ({ matchExpressions: [{ key, operator: 'Exists' }] });
    expect(matchesNodeAffinity(requiring(exists('gpu'), byName('n1')), undefined, node({}))).toBe(true);
    expect(matchesNodeAffinity(requiring({ ...exists('gpu'), ...byName('n1') }), undefined, node({}))).toBe(false);
    expect(matchesNodeAffinity(requiring({}), undefined, node({}))).toBe(false);
    expect(matchesNodeAffinity(requiring(), undefined, node({}))).toBe(false);
  });
});
