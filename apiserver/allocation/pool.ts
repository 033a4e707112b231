import type { ObjectKey } from '../../api/meta/object.ts';

/** Every member of the pool is in use. */
export class PoolFullError extends Error {
  override readonly name = 'PoolFullError';
  constructor() {
    super('range is full');
  }
}

/** The reason why a member that was asked for cannot be given; its message is a part of upstream's. */
export class NotGivenError extends Error {
  override readonly name = 'NotGivenError';
}

export const ALREADY_ALLOCATED = 'provided IP is already allocated';

/**
 * Gives out members, addresses or ports, each to one owner at a time among all servers on one store: a member is taken by creating a record
 * of it, which succeeds once. Records outlive a crash; a controller brings them in line with what is really used.
 */
export interface Pool {
  /** Takes a member that was asked for. @throws NotGivenError if another has it, or it is no member. */
  take(member: string, owner: ObjectKey): Promise<void>;
  /** Takes a free member. @throws PoolFullError. */
  takeNext(owner: ObjectKey): Promise<string>;
  /** Looks, for a dry run, at a member that was asked for, and takes nothing. @throws NotGivenError as upstream does. */
  look(member: string): void;
  /** Returns a member for a dry run; `count` tells how often it was asked for in this run. */
  lookNext(count: number): string;
  /** Gives a member back, unless it is another's, or was taken again after revision `before`. Those who want it meanwhile wait for the end. */
  release(member: string, owner: ObjectKey, before?: number): Promise<void>;
}
