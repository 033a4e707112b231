/** The members that are being given back, each with the end of it. */
export class Releasing {
  private readonly pending = new Map<string, Promise<void>>();

  has(member: string): boolean {
    return this.pending.has(member);
  }

  /** Resolves when nobody is giving the member back; undefined if nobody is. */
  ended(member: string): Promise<void> | undefined {
    return this.pending.get(member)?.catch(() => {});
  }

  /** Runs `release` after those of the member that are under way. */
  async run(member: string, release: () => Promise<void>): Promise<void> {
    const done = (this.ended(member) ?? Promise.resolve()).then(release);
    this.pending.set(member, done);
    try {
      await done;
    } finally {
      if (this.pending.get(member) === done) this.pending.delete(member);
    }
  }
}
