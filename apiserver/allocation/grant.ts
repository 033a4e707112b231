import type { ObjectKey } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Logger } from '../../base/log.ts';
import type { Pool } from './pool.ts';
import { PoolFullError } from './pool.ts';

/** The members that one attempt at a write takes; they are given back if it fails. */
export interface Grant {
  /** Takes a member that was asked for. @throws NotGivenError if it cannot be had. */
  take(pool: Pool, member: string): Promise<void>;
  /** Takes a free member. `what` names it in the error. @throws StatusError InternalError if there is none. */
  takeNext(pool: Pool, what: string): Promise<string>;
  /** Gives all of them back. Never throws: repair finds the rest. */
  giveBack(): Promise<void>;
}

export function createGrant(owner: ObjectKey, log: Logger): Grant {
  const taken: { readonly pool: Pool; readonly member: string }[] = [];
  return {
    async take(pool, member) {
      await pool.take(member, owner);
      taken.push({ pool, member });
    },
    async takeNext(pool, what) {
      const member = await orFull(what, () => pool.takeNext(owner));
      taken.push({ pool, member });
      return member;
    },
    async giveBack() {
      for (const { pool, member } of taken) {
        await pool
          .release(member, owner)
          .catch((error: unknown) => log.warn({ err: error, member }, 'an allocation was not given back; repair will'));
      }
    },
  };
}

/** The grant of a dry run: it takes nothing. */
export function createDryGrant(): Grant {
  const counts = new Map<Pool, number>();
  return {
    take: async (pool, member) => pool.look(member),
    async takeNext(pool) {
      const count = (counts.get(pool) ?? 0) + 1;
      counts.set(pool, count);
      return pool.lookNext(count);
    },
    giveBack: async () => {},
  };
}

async function orFull(what: string, next: () => Promise<string>): Promise<string> {
  try {
    return await next();
  } catch (error) {
    if (error instanceof PoolFullError) throw errors.internal(`failed to allocate a ${what}: ${error.message}`);
    throw error;
  }
}
