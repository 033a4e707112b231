import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createExpectations } from './expectations.ts';

describe('expectations', () => {
  it('are satisfied where nothing is expected', () => {
    expect(createExpectations(createFakeClock()).satisfied('a')).toBe(true);
  });

  it('hold until every creation has been seen', () => {
    const expectations = createExpectations(createFakeClock());
    expectations.expectCreations('a', 2);
    expectations.creationObserved('a');
    expect(expectations.satisfied('a')).toBe(false);
    expectations.creationObserved('a');
    expect(expectations.satisfied('a')).toBe(true);
    expect(expectations.satisfied('b')).toBe(true);
  });

  it('hold until creations and deletions of one round have all been seen', () => {
    const expectations = createExpectations(createFakeClock());
    expectations.expect('a', 1, ['x']);
    expectations.creationObserved('a');
    expect(expectations.satisfied('a')).toBe(false);
    expectations.deletionObserved('a', 'x');
    expect(expectations.satisfied('a')).toBe(true);
  });

  it('hold until each deletion, told apart by UID, has been seen', () => {
    const expectations = createExpectations(createFakeClock());
    expectations.expectDeletions('a', ['u1', 'u2']);
    expectations.deletionObserved('a', 'u1');
    expectations.deletionObserved('a', 'u1');
    expectations.deletionObserved('a', 'other');
    expect(expectations.satisfied('a')).toBe(false);
    expectations.deletionObserved('a', 'u2');
    expect(expectations.satisfied('a')).toBe(true);
  });

  it('lapse after five minutes, and go with their owner', async () => {
    const clock = createFakeClock();
    const expectations = createExpectations(clock);
    expectations.expectCreations('a', 1);
    await clock.advance(300_000);
    expect(expectations.satisfied('a')).toBe(false);
    await clock.advance(1);
    expect(expectations.satisfied('a')).toBe(true);
    expectations.expectCreations('a', 1);
    expectations.forget('a');
    expect(expectations.satisfied('a')).toBe(true);
  });
});
