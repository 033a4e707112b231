import { decodedKeys, isLong } from '../../base/json/long-values.ts';
import type { Steps } from '../../base/steps.ts';
import { MAX_REQUEST_BYTES } from '../../store/store-error.ts';

/** Fields and items that are checked soon enough, however long their texts are. */
const MANY_VALUES = 20_000;

/** Values that are weighed in one step. */
const STEP_COUNT = 5_000;

interface Weight {
  values: number;
  /** Of the JSON, at least: what escapes, long numbers and characters beyond ASCII add is left out. */
  bytes: number;
}

/**
 * Returns whether an object is larger than the store takes and has many values besides. To default and validate such an object would be long
 * work for nothing. One with few values is left to the rules of its kind, which may have more to say: a ConfigMap of 2 MB is invalid.
 */
export function* isTooLargeSteps(object: unknown): Steps<boolean> {
  const weight: Weight = { values: 0, bytes: 0 };
  yield* weighSteps(object, weight);
  return isTooLarge(weight);
}

const isTooLarge = ({ values, bytes }: Weight): boolean => values > MANY_VALUES && bytes > MAX_REQUEST_BYTES;

/** Weighs a value with pauses in its long parts; ends early once it is known to be too large. */
function* weighSteps(value: unknown, weight: Weight): Steps<void> {
  if (!isLong(value)) {
    weigh(value, weight);
    return;
  }
  let pause = weight.values + STEP_COUNT;
  const fields = value as Readonly<Record<string, unknown>>;
  const isList = Array.isArray(value);
  for (const key of isList ? value.keys() : decodedKeys.of(fields)) {
    weight.bytes += isList ? 1 : String(key).length + 4;
    const item = fields[key];
    if (isLong(item)) yield* weighSteps(item, weight);
    else weigh(item, weight);
    if (weight.values < pause) continue;
    if (isTooLarge(weight)) return;
    pause = weight.values + STEP_COUNT;
    yield;
  }
}

function weigh(value: unknown, weight: Weight): void {
  weight.values++;
  if (typeof value === 'string') weight.bytes += value.length + 2;
  else if (typeof value !== 'object' || value === null) weight.bytes += value === undefined ? 0 : 1;
  else if (Array.isArray(value)) {
    weight.bytes++;
    for (const item of value) {
      weight.bytes++;
      weigh(item, weight);
    }
  } else {
    weight.bytes++;
    const fields = value as Readonly<Record<string, unknown>>;
    for (const key in fields) {
      if (fields[key] === undefined) continue;
      weight.bytes += key.length + 4;
      weigh(fields[key], weight);
    }
  }
}
