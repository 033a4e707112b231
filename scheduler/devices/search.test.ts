import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadRules } from '../../api/cel/rules/loader.ts';
import type { Device } from '../../api/kinds/resource/device.ts';
import type { DeviceClaim } from '../../api/kinds/resource/device-claim.ts';
import type { Chance } from '../../base/chance.fixture.ts';
import { createChance, seeds } from '../../base/chance.fixture.ts';
import { createAllocationLedger } from './allocated-devices.ts';
import type { World } from './devices.fixture.ts';
import { allocate, claim, DRIVER, exactly, selector, slice } from './devices.fixture.ts';

beforeAll(async () => void (await loadRules()));

interface Part {
  readonly card: number;
  /** A device takes one unit more from the counter. */
  readonly size: number;
  readonly isTaken: boolean;
}
interface Wanted {
  /** Devices that have at least the size. */
  readonly wishes: readonly { readonly count: number; readonly size: number }[];
  readonly constraint: 'match' | 'distinct' | undefined;
}
interface Instance {
  readonly parts: readonly Part[];
  readonly claims: readonly Wanted[];
  /** The units of the counter that all devices share. */
  readonly units: number | undefined;
}

const listOf = <T>(chance: Chance, min: number, max: number, make: () => T): T[] => Array.from({ length: chance.int(min, max) }, make);
const instanceOf = (chance: Chance): Instance => ({
  parts: listOf(chance, 0, 6, () => ({ card: chance.below(3), size: chance.below(3), isTaken: chance.oneIn(4) })),
  claims: listOf(chance, 1, 2, () => ({
    wishes: listOf(chance, 1, 2, () => ({ count: chance.int(1, 2), size: chance.below(3) })),
    constraint: chance.pick(['match', 'distinct', undefined]),
  })),
  units: chance.oneIn(2) ? chance.int(1, 12) : undefined,
});

function worldOf({ parts, units }: Instance): World {
  const ledger = createAllocationLedger();
  const results = parts.flatMap(({ isTaken }, index) => (isTaken ? [{ request: 'r', driver: DRIVER, pool: 'p', device: `d${index}` }] : []));
  ledger.record('other', { devices: { results } });
  const devices = parts.map(({ card, size }, index): Device => {
    const consumesCounters = [{ counterSet: 'card', counters: { units: { value: String(size + 1) } } }];
    return { name: `d${index}`, attributes: { card: { int: card }, size: { int: size } }, ...(units !== undefined && { consumesCounters }) };
  });
  if (units === undefined) return { slices: [slice('p', devices)], ledger };
  const sharedCounters = [{ name: 'card', counters: { units: { value: String(units) } } }];
  return { slices: [slice('c', [], { pool: 'p', count: 2, sharedCounters }), slice('p', devices, { count: 2 })], ledger };
}

const claimsOf = ({ claims }: Instance) =>
  claims.map(({ wishes, constraint }, index) => {
    const requests = wishes.map(({ count, size }, at) =>
      exactly(`r${at}`, { count, selectors: [selector(`device.attributes["${DRIVER}"].size >= ${size}`)] }),
    );
    const constraints: DeviceClaim['constraints'] = constraint && [{ [`${constraint}Attribute`]: `${DRIVER}/card` }];
    return claim(`c${index}`, requests, { constraints });
  });

/** A device that is wanted: by which claim, for which of its requests. */
interface Slot {
  readonly claim: number;
  readonly request: number;
  readonly size: number;
}
const slotsOf = ({ claims }: Instance): Slot[] =>
  claims.flatMap(({ wishes }, at) =>
    wishes.flatMap(({ count, size }, request) => Array.from({ length: count }, () => ({ claim: at, request, size }))),
  );

/** Whether devices, one for each of the first slots, may be allocated together. */
function isRight({ parts, claims, units = Number.POSITIVE_INFINITY }: Instance, slots: readonly Slot[], chosen: readonly number[]): boolean {
  if (new Set(chosen).size < chosen.length) return false;
  if (chosen.some((part, at) => parts[part]?.isTaken || (parts[part]?.size ?? 0) < (slots[at]?.size ?? 0))) return false;
  const used = parts.reduce((sum, { size, isTaken }, part) => sum + (isTaken || chosen.includes(part) ? size + 1 : 0), 0);
  if (chosen.length > 0 && used > units) return false;
  return claims.every(({ constraint }, index) => {
    const cards = chosen.flatMap((part, at) => (slots[at]?.claim === index ? (parts[part]?.card ?? 0) : []));
    const different = new Set(cards).size;
    return constraint === undefined || (constraint === 'match' ? different < 2 : different === cards.length);
  });
}

/** Tries every choice of devices. */
function isPossible(instance: Instance, slots: readonly Slot[], chosen: readonly number[] = []): boolean {
  if (chosen.length === slots.length) return true;
  return instance.parts.some((_, part) => {
    const more = [...chosen, part];
    return isRight(instance, slots, more) && isPossible(instance, slots, more);
  });
}

describe('the search for devices', () => {
  it.each(seeds(20))('finds a solution if there is one, and it is right (seed %i)', (seed) => {
    const chance = createChance(seed);
    for (let round = 0; round < 40; round++) {
      const instance = instanceOf(chance);
      const slots = slotsOf(instance);
      const outcome = allocate(worldOf(instance), claimsOf(instance));
      expect({ instance, isAllocated: outcome.type === 'allocated' }).toEqual({ instance, isAllocated: isPossible(instance, slots) });
      if (outcome.type !== 'allocated') continue;
      const results = outcome.results.flatMap(({ devices }) => devices?.results ?? []);
      expect(results.map(({ request }) => request)).toEqual(slots.map(({ request }) => `r${request}`));
      const chosen = results.map(({ device }) => Number(device.slice(1)));
      expect({ instance, chosen, isRight: isRight(instance, slots, chosen) }).toEqual({ instance, chosen, isRight: true });
    }
  });
});
