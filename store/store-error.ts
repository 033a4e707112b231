import { encryptedSize, isEncrypted } from './encrypted-value.ts';

/**
 * The reason of a store's error:
 * - `NoSpace`: the disk, or etcd's quota, is full. Reads go on; writes succeed again once there is space.
 * - `TooLarge`: the object is larger than `MAX_REQUEST_BYTES`.
 * - `Unavailable`: the store does not answer, or failed; a write may have been made. The store recovers by itself if it can.
 * - `Damaged`: what is stored cannot be read.
 */
export type StoreFault = 'NoSpace' | 'TooLarge' | 'Unavailable' | 'Damaged';

/** A request that the store could not serve. The message names the store and is meant for the log: it may hold paths of the machine. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** The largest request in bytes: etcd's default (--max-request-bytes). Every store has the same limit. */
export const MAX_REQUEST_BYTES = 1.5 * 2 ** 20;

/** A write's keys (in its condition, its operation and its answer) and fields beside the value, as etcd counts them; rounded up. */
const overheadOf = (key: string): number => 3 * key.length + 64;

/** @throws StoreError TooLarge if a write would exceed what etcd takes. */
export function requireSize(key: string, value: string): void {
  const limit = MAX_REQUEST_BYTES - overheadOf(key);
  // A UTF-16 unit takes three bytes at most: nearly all values are known to fit without being counted.
  if (value.length * 3 <= limit) return;
  const size = isEncrypted(value) ? encryptedSize(value) : Buffer.byteLength(value);
  if (size > limit) throw new StoreError('TooLarge', `${key}: ${size} bytes are more than the store takes (${limit})`);
}
