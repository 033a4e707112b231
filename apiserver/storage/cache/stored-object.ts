import type { KubeObject } from '../../../api/meta/object.ts';
import { parseExactJson } from '../../../base/exact-json.ts';
import { parseSteps } from '../../../base/json/parse-steps.ts';
import { isObject } from '../../../base/json.ts';
import { finished } from '../../../base/steps.ts';
import type { StoredValue } from '../../../store/store.ts';

/** A stored value that is no object. The message names the key and the remedy. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  constructor({ key, revision }: StoredValue, why: string) {
    super(
      `the stored object ${key} (revision ${revision}) cannot be read: ${why}. Restore the store from a backup, or remove the object with 'skiff store delete ${key}' while the server is stopped`,
    );
  }
}

/** Longer texts are read so that their long parts are marked: writes over such objects pause in them. */
const LONG_LENGTH = 32 * 1024;

/** Reads the object of a stored value. @throws UnreadableError if it is none. */
export function objectIn(stored: StoredValue): KubeObject {
  let value: unknown;
  try {
    value =
      stored.value.length < LONG_LENGTH ? parseExactJson(stored.value) : finished(parseSteps(stored.value, { maxDepth: Number.POSITIVE_INFINITY }));
  } catch (error) {
    throw new UnreadableError(stored, error instanceof Error ? error.message : String(error));
  }
  if (!isObject(value)) throw new UnreadableError(stored, 'it is not a JSON object');
  const { metadata = {} } = value;
  if (!isObject(metadata)) throw new UnreadableError(stored, 'its metadata is not an object');
  return value;
}
