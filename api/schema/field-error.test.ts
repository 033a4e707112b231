import { describe, expect, it } from '@jest/globals';
import type { FieldError } from './field-error.ts';
import { boundedFaults, ENOUGH_FAULTS, invalid } from './field-error.ts';

const search =
  (count: number, seen: (i: number) => void = () => {}) =>
  (): FieldError[] => {
    const errors: FieldError[] = [];
    for (let i = 0; i < count; i++) {
      seen(i);
      errors.push(invalid(`spec.list[${i}]`, i, 'wrong'));
    }
    return errors;
  };

describe('a search for faults', () => {
  it('returns all of few', () => {
    expect(boundedFaults(search(10))).toHaveLength(10);
  });

  it('ends when it has found enough, and returns those', () => {
    let last = 0;
    const faults = boundedFaults(search(1_000_000, (i) => (last = i)));
    expect(faults).toHaveLength(ENOUGH_FAULTS);
    expect(faults[1]?.field).toBe('spec.list[1]');
    expect(last).toBe(ENOUGH_FAULTS - 1);
  });

  it('is bounded by itself, and not once it is over', () => {
    const inner = () => boundedFaults(search(ENOUGH_FAULTS - 1));
    expect(boundedFaults(() => [...inner(), ...inner()])).toHaveLength(2 * (ENOUGH_FAULTS - 1));
    expect(search(3 * ENOUGH_FAULTS)()).toHaveLength(3 * ENOUGH_FAULTS);
  });

  it('throws what is thrown in it', () => {
    expect(() =>
      boundedFaults(() => {
        throw new TypeError('x');
      }),
    ).toThrow(TypeError);
  });
});
