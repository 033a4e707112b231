import { errors } from '../../api/meta/status-error.ts';
import type { Logger } from '../../base/log.ts';
import type { Allocator } from './allocator.ts';
import { SpaceFullError } from './allocator.ts';

/** The members that one attempt at a write takes; they are given back if it fails. */
export interface Grant {
  /** Takes a member that was asked for; returns false if another has it. */
  take(allocator: Allocator, member: string): Promise<boolean>;
  /** Takes a free member. `what` names it in the error. @throws StatusError InternalError if there is none. */
  takeNext(allocator: Allocator, what: string): Promise<string>;
  /** Gives all of them back. Never throws: repair finds the rest. */
  giveBack(): Promise<void>;
}

export function createGrant(owner: string, log: Logger): Grant {
  const taken: { readonly allocator: Allocator; readonly member: string }[] = [];
  return {
    async take(allocator, member) {
      if (!(await allocator.take(member, owner))) return false;
      taken.push({ allocator, member });
      return true;
    },
    async takeNext(allocator, what) {
      const member = await orFull(what, () => allocator.takeNext(owner));
      taken.push({ allocator, member });
      return member;
    },
    async giveBack() {
      for (const { allocator, member } of taken) {
        await allocator.release(member).catch((error: unknown) => log.warn({ err: error, member }, 'an allocation was not given back; repair will'));
      }
    },
  };
}

/** The first port that upstream shows on a dry run, less one: ports that no service can have. */
const LAST_REAL_PORT = 32768;

/** The grant of a dry run: it looks at what is free, and takes nothing. `ports` is the allocator of node ports. */
export function createDryGrant(ports: Allocator): Grant {
  let lastPort = LAST_REAL_PORT;
  return {
    take: async (allocator, member) => allocator.isFree(member),
    takeNext: (allocator, what) => orFull(what, async () => (allocator === ports ? String(++lastPort) : allocator.peekNext())),
    giveBack: async () => {},
  };
}

async function orFull(what: string, next: () => Promise<string>): Promise<string> {
  try {
    return await next();
  } catch (error) {
    if (error instanceof SpaceFullError) throw errors.internal(`failed to allocate a ${what}: ${error.message}`);
    throw error;
  }
}
