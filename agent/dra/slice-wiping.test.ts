import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resourceSlices } from '../../api/kinds/resource/resource-slice.ts';
import { errors } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createSliceWiping, wipeSlices } from './slice-wiping.ts';

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => end.abort());

/** A client whose deletions are counted by their selectors. */
function wiping() {
  const clock = createFakeClock();
  const deleted: string[] = [];
  const failures: Error[] = [];
  const client = {
    ...createMemoryClient(clock),
    async deleteCollection(_kind: unknown, options?: { readonly fieldSelector?: string }) {
      deleted.push(options?.fieldSelector ?? '');
      const failure = failures.shift();
      if (failure) throw failure;
    },
  };
  const options = { client, nodeName: 'n', clock, log: silentLogger };
  return { clock, deleted, failures, options, slices: createSliceWiping(options, end.signal) };
}

describe('the slices of a driver', () => {
  it('are deleted when it has been away for half a minute', async () => {
    const { clock, deleted, slices } = wiping();
    slices.driverChanged('d', false);
    await clock.advance(29_999);
    slices.driverChanged('d', false);
    expect(deleted).toEqual([]);
    await clock.advance(1);
    expect(deleted).toEqual(['spec.nodeName=n,spec.driver=d']);
  });

  it('stay if it comes back in time, and the time begins anew when it goes again', async () => {
    const { clock, deleted, slices } = wiping();
    slices.driverChanged('d', false);
    await clock.advance(20_000);
    slices.driverChanged('d', true);
    slices.driverChanged('d', false);
    await clock.advance(29_999);
    expect(deleted).toEqual([]);
    await clock.advance(1);
    expect(deleted).toHaveLength(1);
  });

  it('are deleted again and again until that succeeds, or the driver is back', async () => {
    const { clock, deleted, failures, slices } = wiping();
    failures.push(new Error('no server'), errors.unauthorized(), new Error('no server'));
    slices.driverChanged('d', false);
    await clock.advance(30_000);
    await clock.advance(5_000);
    expect(deleted.length).toBeGreaterThan(1);
    const count = deleted.length;
    slices.driverChanged('d', true);
    await clock.advance(600_000);
    expect(deleted).toHaveLength(count);
  });

  it('of all drivers are deleted together', async () => {
    const { deleted, failures, options } = wiping();
    failures.push(errors.notFound(resourceSlices, 'x'));
    await wipeSlices(options, undefined, end.signal);
    expect(deleted).toEqual(['spec.nodeName=n']);
  });
});
