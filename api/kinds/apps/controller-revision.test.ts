import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { controllerRevisionStrategy as strategy } from './controller-revision.ts';

describe('a ControllerRevision', () => {
  it('holds an object, which stays as it is', () => {
    expect(createErrors(strategy, { revision: 1 })).toEqual(['data: Required value: data is mandatory']);
    expect(createErrors(strategy, { revision: 1, data: [] })).toEqual(['data: Required value: data must be a valid JSON object']);
    expect(createErrors(strategy, { revision: -1, data: {} })).toEqual(['revision: Invalid value: -1: must be greater than or equal to 0']);
    const old = stored(strategy, { revision: 1, data: { a: 1 } });
    expect(
      updateErrors(strategy, old, (r) => {
        r.data = { a: 2 };
      }),
    ).toEqual(['data: Invalid value: {"a":2}: field is immutable']);
    expect(
      updateErrors(strategy, old, (r) => {
        r.revision = 2;
      }),
    ).toEqual([]);
  });
});
