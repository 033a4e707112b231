import { isNotFound } from '../../api/meta/status-error.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { Call, Result } from '../contract/call.ts';
import { decodeBody } from '../request/body.ts';
import { deleteParametersOf, listParametersOf } from '../request/options.ts';
import { removeObject } from './delete.ts';
import { listItems } from './list.ts';

const AT_ONCE = 16;
/** So many deletions later, others get their turn. */
const TURN_AFTER = 8;

/** Deletes all that the selectors choose, each as a deletion of its own. Answers the list of what was chosen. */
export async function removeCollection(call: Call): Promise<Result> {
  const options = deleteParametersOf(call.request.query, decodeBody(call.request)?.value);
  const listed = await listItems(call, listParametersOf(call.request.query, false));
  const left = listed.items[Symbol.iterator]();
  const work = async () => {
    let done = 0;
    for (const item of left) {
      if (call.request.signal.aborted) return;
      if (++done % TURN_AFTER === 0) await nextTurn();
      try {
        await removeObject(call, item.namespace, item.object.metadata.name, options, '');
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return listed;
}
