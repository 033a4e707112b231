import { describe, expect, it } from '@jest/globals';
import { invalid } from '../schema/field-error.ts';
import { errors } from './status-error.ts';

const PODS = { group: '', plural: 'pods', kind: 'Pod' };
const faults = (count: number, value: unknown) => Array.from({ length: count }, (_, i) => invalid(`spec.f${i}`, value, 'is wrong'));

describe('the error about an invalid object', () => {
  it('lists all of its faults', () => {
    const { message, details } = errors.invalid(PODS, 'a', faults(1_000, 1));
    expect(details?.causes).toHaveLength(1_000);
    expect(message).toMatch(/^Pod "a" is invalid: \[spec.f0: Invalid value: 1: is wrong, .*, spec.f999: Invalid value: 1: is wrong]$/);
  });

  it('lists the first ones of a great many, and says how many are left out', () => {
    const { message, details } = errors.invalid(PODS, 'a', faults(200_000, 1));
    expect(details?.causes).toHaveLength(1_000);
    expect(message).toMatch(/spec.f999: Invalid value: 1: is wrong, and 199000 more errors]$/);
  });

  it('stays within 256 Ki characters or so if each fault shows the whole list', () => {
    const list = Array.from({ length: 20_000 }, (_, i) => `item ${i}`);
    const { message, details } = errors.invalid(PODS, 'a', faults(20_000, list));
    expect(details?.causes).toHaveLength(3);
    expect(message.length).toBeLessThan(256 * 1024 + 1_000);
    expect(message).toMatch(/and 19997 more errors]$/);
  });
});
