import { describe, expect, it } from '@jest/globals';
import type { FieldError } from './field-error.ts';
import { boundedFaults, boundedFaultsInTurns, checkEach, ENOUGH_FAULTS, invalid, searchLater } from './field-error.ts';

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

describe('a search for the faults of a long object', () => {
  const items = Array.from({ length: 5_000 }, (_, i) => i);
  /** Finds a fault of the object, one of each item that the test meets, and one after them. */
  const searchList = (isWrong: (item: number) => boolean) => (): FieldError[] => {
    const errors = [invalid('first', 0, 'wrong')];
    checkEach(items, (item, i) => {
      if (isWrong(item)) errors.push(invalid(`list[${i}]`, item, 'wrong'));
    });
    errors.push(invalid('last', 0, 'wrong'));
    return errors;
  };
  const fields = (errors: readonly FieldError[]) => errors.map(({ field }) => field);

  it('finds at once, in order, what it finds in turns after the rest', async () => {
    const search = searchList((item) => item % 1_000 === 7);
    const inList = ['list[7]', 'list[1007]', 'list[2007]', 'list[3007]', 'list[4007]'];
    expect(fields(boundedFaults(search))).toEqual(['first', ...inList, 'last']);
    expect(fields(await boundedFaultsInTurns(search))).toEqual(['first', 'last', ...inList]);
  });

  it('lets others have their turn between the items', async () => {
    let isOver = false;
    let others = 0;
    const searching = boundedFaultsInTurns(searchList(() => false)).finally(() => (isOver = true));
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      others++;
    }
    await searching;
    expect(others).toBeGreaterThan(0);
  });

  it('puts off the long lists in the items of a long list too', async () => {
    const order: string[] = [];
    const search = (): FieldError[] => {
      checkEach(items.slice(0, 300), (item) => {
        if (item === 0) checkEach(items, () => void order.push('inner'));
        order.push('outer');
      });
      return [];
    };
    await boundedFaultsInTurns(search);
    expect(order).toEqual([...Array<string>(300).fill('outer'), ...Array<string>(5_000).fill('inner')]);
  });

  it('ends when it has found enough', async () => {
    let checked = 0;
    const faults = await boundedFaultsInTurns(searchList(() => ++checked > 0));
    expect(faults).toHaveLength(ENOUGH_FAULTS);
    expect(checked).toBe(ENOUGH_FAULTS - 2);
  });

  it('rejects with what a part throws', async () => {
    const search = (): FieldError[] => {
      searchLater(function* () {
        yield;
        throw new TypeError('x');
      });
      return [];
    };
    await expect(boundedFaultsInTurns(search)).rejects.toThrow(TypeError);
    expect(() => boundedFaults(search)).toThrow(TypeError);
  });
});
