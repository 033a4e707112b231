import { ipAddresses } from '../../api/kinds/networking/ip-address.ts';
import type { ObjectKey } from '../../api/meta/object.ts';
import { isAlreadyExists } from '../../api/meta/status-error.ts';
import { ipText, parseIp } from '../../api/validation/ip-rules.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { addressObject, isOf } from './address-object.ts';
import { visitOffsets } from './band.ts';
import type { Pool } from './pool.ts';
import { ALREADY_ALLOCATED, NotGivenError, PoolFullError } from './pool.ts';
import { Releasing } from './releasing.ts';
import type { ServiceRanges } from './service-ranges.ts';

export interface AddressAllocatorOptions {
  readonly objects: StorageAccess;
  readonly ranges: ServiceRanges;
  readonly clock: Clock;
  readonly random?: Random | undefined;
}

/** Returns the canonical text of an address, and a text that is none as it is. */
export function canonicalIp(text: string): string {
  const ip = parseIp(text);
  return ip ? ipText(ip) : text;
}

/**
 * The pool of cluster IPs: the addresses of the ServiceCIDRs that are ready. A member is taken by creating the IPAddress of its name, so every
 * IPAddress counts, whoever made it (upstream's ipallocator.MetaAllocator). The cache of IPAddresses only saves attempts: the store decides.
 */
export function createAddressAllocator({ objects, ranges, clock, random = systemRandom }: AddressAllocatorOptions): Pool {
  const releasing = new Releasing();
  const keyOf = (ip: string): ObjectKey => ({ namespace: '', name: ip });

  async function takeFree(ip: string, owner: ObjectKey): Promise<boolean> {
    await releasing.ended(ip);
    try {
      await objects.create(ipAddresses, addressObject(ip, owner, clock.now()));
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return false;
      throw error;
    }
  }

  return {
    async take(text, owner) {
      const ip = canonicalIp(text);
      const isKnown = ranges.all.some(({ space, ready }) => ready && space.offset(ip) !== undefined);
      if (!isKnown) throw new NotGivenError('the provided network does not match the current range');
      if (!(await takeFree(ip, owner))) throw new NotGivenError(ALREADY_ALLOCATED);
    },
    async takeNext(owner) {
      const ready = ranges.all.filter((range) => range.ready);
      const first = Math.floor(random() * ready.length);
      for (const { space } of [...ready.slice(first), ...ready.slice(0, first)]) {
        let found = '';
        const isTaken = (offset: number) => {
          found = space.text(offset);
          return !objects.get(ipAddresses, keyOf(found)) && takeFree(found, owner);
        };
        if (await visitOffsets(space, random, isTaken)) return found;
      }
      throw new PoolFullError();
    },
    // Upstream asks one range, whichever, and does not look whether the address is free.
    look(text) {
      const ip = canonicalIp(text);
      const [range] = ranges.all;
      if (!range?.ready) throw new NotGivenError('allocator not ready');
      if (ranges.all.some(({ space }) => space.offset(ip) !== undefined)) return;
      throw new NotGivenError(`the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${range.space.name}`);
    },
    // As upstream: the address of the network itself, which nobody gets.
    lookNext: () => ranges.all[0]?.space.network ?? '',
    release(text, owner, before = Number.POSITIVE_INFINITY) {
      const ip = canonicalIp(text);
      return releasing.run(ip, async () => {
        await objects.remove(ipAddresses, keyOf(ip), (address) => {
          const { finalizers = [], resourceVersion } = address.metadata;
          // An address that a finalizer holds back is left to the repair controller, which deletes it by the rules.
          return isOf(address, owner) && Number(resourceVersion) < before && finalizers.length === 0;
        });
      });
    },
  };
}
