import { expect, it } from '@jest/globals';
import { KeptSnapshots } from './kept-snapshots.ts';

const MINUTE_MS = 60_000;
const at = (revision: number) => ({ items: [], revision });

it('keeps a snapshot for five minutes, however often it is kept again meanwhile', () => {
  const kept = new KeptSnapshots();
  for (let minute = 0; minute < 5; minute++) {
    kept.keep('default', at(7), minute * MINUTE_MS);
    expect(kept.find('default', 7, minute * MINUTE_MS)?.revision).toBe(7);
  }
  expect(kept.find('default', 7, 5 * MINUTE_MS)).toBeUndefined();
  kept.keep('default', at(7), 6 * MINUTE_MS);
  expect(kept.find('default', 7, 10 * MINUTE_MS)?.revision).toBe(7);
});

it('keeps the latest sixteen', () => {
  const kept = new KeptSnapshots();
  for (let revision = 1; revision <= 17; revision++) kept.keep('', at(revision), revision);
  expect(kept.find('', 1, 20)).toBeUndefined();
  expect(kept.find('', 2, 20)?.revision).toBe(2);
  expect(kept.find('', 17, 20)?.revision).toBe(17);
});
