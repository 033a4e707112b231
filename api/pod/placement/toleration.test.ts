import { describe, expect, it } from '@jest/globals';
import type { Toleration } from './affinity.ts';
import { tolerates } from './toleration.ts';

describe('a toleration', () => {
  it.each<[Toleration, boolean]>([
    [{ operator: 'Exists' }, true],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }, false],
    [{ key: 'k', value: 'v' }, true],
    [{ key: 'k', operator: 'Equal', value: 'w' }, false],
    [{ key: 'k', operator: 'Odd' }, false],
  ])('%j of k=v:NoExecute: %p', (toleration, expected) => {
    expect(tolerates(toleration, { key: 'k', value: 'v', effect: 'NoExecute' })).toBe(expected);
  });
});
