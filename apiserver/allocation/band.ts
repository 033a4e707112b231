import type { Random } from '../../base/random.ts';
import type { AddressSpace } from './address-space.ts';

/** Calls `visit` for the offsets of a range, each once, from a random one on, until it returns true; returns whether it did. */
async function visitFrom(from: number, to: number, random: Random, visit: (offset: number) => boolean | Promise<boolean>): Promise<boolean> {
  if (to <= from) return false;
  const start = from + Math.floor(random() * (to - from));
  for (let i = 0; i < to - from; i++) {
    const offset = start + i < to ? start + i : start + i - (to - from);
    const found = visit(offset);
    if (typeof found === 'boolean' ? found : await found) return true;
  }
  return false;
}

/**
 * Calls `visit` for the offsets of a space, each once, until it returns true; returns whether it did. Those above the band for members that are
 * asked for by name come first, from a random one on, and then the band (KEP-3070 and KEP-3668).
 */
export const visitOffsets = async (
  { size, staticBand }: AddressSpace,
  random: Random,
  visit: (offset: number) => boolean | Promise<boolean>,
): Promise<boolean> => (await visitFrom(staticBand, size, random, visit)) || visitFrom(0, staticBand, random, visit);
