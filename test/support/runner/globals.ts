import type * as Jest from '@jest/globals';

type Globals = Pick<typeof Jest, 'afterAll' | 'afterEach' | 'beforeAll' | 'beforeEach' | 'describe' | 'expect' | 'it' | 'test'>;

/**
 * Stands in for `@jest/globals`, whose own module holds nothing outside a context of jest. The bindings are live: support code that many files share
 * sees those of the file that runs. Jest's `jest` is not among them; `node:test` has `mock`.
 */
export let { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test }: Globals = {} as Globals;

/** Sets what files that are imported from now on, and all functions of shared ones, find. */
export function setGlobals(globals: Globals): void {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = globals);
}
