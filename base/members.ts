/** A member of one `Members` at most. */
export interface Member {
  /** Its place in the collection that it is in; of no meaning to others. */
  place: number;
}

/**
 * Holds members that come and go by the thousand, in no order of use; adding and removing take constant time. A Set would do, but for
 * what it costs the garbage collector: it is copied into a new table every few dozen changes, and from the old table, once that is old
 * garbage itself, all that it held then, and all that hangs on it, stays until the whole heap is collected.
 */
export class Members<T extends Member> implements Iterable<T> {
  private readonly members: T[] = [];

  get size(): number {
    return this.members.length;
  }

  /** Adds what is no member yet. */
  add(member: T): void {
    member.place = this.members.length;
    this.members.push(member);
  }

  /** Removes a member; the last one takes its place. Does nothing for what is none. */
  delete(member: T): void {
    if (this.members[member.place] !== member) return;
    const last = this.members.pop();
    if (last === undefined || last === member) return;
    this.members[member.place] = last;
    last.place = member.place;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.members.values();
  }
}
