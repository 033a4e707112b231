import type { Clock } from '../../../base/clock.ts';

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
}

/** The revision up to which a cache has everything, and those who wait for a later one. */
export class Progress {
  revision = 0;
  private readonly clock: Clock;
  private waiters: Waiter[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Notes a change of a batch, the rest of which is still to come: nobody is told yet. */
  note(revision: number): void {
    if (revision > this.revision) this.revision = revision;
  }

  /** Notes that everything up to the revision is there. */
  advance(revision: number): void {
    this.note(revision);
    if (this.waiters.length === 0) return;
    const left: Waiter[] = [];
    for (const waiter of this.waiters) {
      if (waiter.revision <= this.revision) waiter.resolve();
      else left.push(waiter);
    }
    this.waiters = left;
  }

  /** Returns undefined if the revision has been reached, otherwise a promise that resolves when it is. */
  reached(revision: number): Promise<void> | undefined {
    if (this.revision >= revision) return undefined;
    return new Promise((resolve) => {
      this.waiters.push({ revision, resolve });
    });
  }

  /** Returns whether the revision was reached within so many milliseconds. */
  async reachedWithin(revision: number, ms: number): Promise<boolean> {
    const reached = this.reached(revision);
    if (!reached) return true;
    let cancel = () => {};
    const late = new Promise<boolean>((resolve) => {
      cancel = this.clock.after(ms, () => resolve(false));
    });
    try {
      return await Promise.race([reached.then(() => true), late]);
    } finally {
      cancel();
    }
  }
}
