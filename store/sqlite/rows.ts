import type { StoredValue, StoreEvent } from '../store.ts';
import type { Change, Outcome, Row, Write } from './protocol.ts';

export const storedOf = ([key, value, revision]: Row): StoredValue => ({ key, value, revision });

/** The event of a change in the history, which no longer has the value before a deletion. */
export const eventOf = ({ key, value, revision, created }: Change): StoreEvent =>
  value === null ? { type: 'delete', key, value: undefined, revision } : { type: 'put', key, value, revision, created };

/** The events of the writes of a commit that succeeded. */
export function eventsOf(writes: readonly Write[], outcomes: readonly Outcome[]): StoreEvent[] {
  const events: StoreEvent[] = [];
  writes.forEach((write, i) => {
    const outcome = outcomes[i];
    if (!outcome?.ok) return;
    const { revision } = outcome;
    events.push(
      write.op === 'put'
        ? { type: 'put', key: write.key, value: write.value, revision, created: write.expected === 0 }
        : { type: 'delete', key: write.key, value: outcome.old, revision },
    );
  });
  return events;
}
