import type { StoredValue, StoreEvent } from '../store.ts';
import type { Change, Outcome, Row, Write } from './protocol.ts';

export const storedOf = ([key, value, revision]: Row): StoredValue => ({ key, value, revision });

/** The event of a change in the history, with the value before it. */
export function eventOf({ key, value, revision, previous, old }: Change): StoreEvent {
  if (value === null) return { type: 'delete', key, value: old ?? undefined, revision };
  const created = previous === 0;
  return { type: 'put', key, value, revision, created, ...(old !== null && { previous: { key, value: old, revision: previous } }) };
}

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
