import { errors, StatusError } from '../../api/meta/status-error.ts';
import { copySteps } from '../../api/schema/decode-steps.ts';
import { jsonTypeOf } from '../../base/go-json.ts';
import { isLong, markLong } from '../../base/json/long-values.ts';
import { stringifySteps } from '../../base/json/stringify-steps.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';

type Json = Record<string, unknown> | unknown[];

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from: string | undefined;
  readonly value: unknown;
  readonly hasValue: boolean;
}

const MAX_OPERATIONS = 10_000;

/** The bytes of JSON that the copies of one patch may add (k8s.io/apiserver, JSONPatchMaxCopyBytes). */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** A copy of so many bytes is long: a short object grows by copies of itself. */
const LONG_COPY_BYTES = 16 * 1024;

/** The places that insertions into lists and removals from them may shift: a million moves in memory take about a millisecond. */
const MAX_SHIFTED = 100_000_000;

/** A patch that is being applied. */
interface Application {
  /** Holds the document as its one field, so that it can be replaced as a whole. */
  readonly box: Record<string, unknown>;
  /** The number of fields of objects that were tested, so that a test costs no more than the value it tests for. */
  readonly fieldCounts: WeakMap<object, number>;
  copiedBytes: number;
  shifted: number;
}

/** A patch that does not apply. `why` is the text of upstream's library (gopkg.in/evanphx/json-patch.v4). */
export class JsonPatchRefusal extends StatusError {
  readonly why: string;
  /** Whether an operation `test` found another value. */
  readonly isFailedTest: boolean;

  constructor(why: string, isFailedTest = false) {
    // Clients are told no more by upstream; the reason is for those who apply patches of others.
    super('Invalid', 'the server rejected our request due to an error in our request');
    this.why = why;
    this.isFailedTest = isFailedTest;
  }
}

const rejected = (why: string) => new JsonPatchRefusal(why);
const MISSING = 'missing value';
const missingKey = (key: string | number) =>
  typeof key === 'number'
    ? `Unable to access invalid index: ${key}: invalid index referenced`
    : `Unable to remove nonexistent key: ${key}: ${MISSING}`;

/**
 * Applies an RFC 6902 patch; the document stays as it is.
 * @throws StatusError 400 for what is no list of operations, 413 for too many, 422 for one that does not apply.
 */
export const applyJsonPatch = (document: object, patch: unknown): unknown => finished(jsonPatchSteps(document, patch));

/** Applies a patch with pauses between its operations and in long values. */
export function* jsonPatchSteps(document: object, patch: unknown): Steps<unknown> {
  const operations = operationsOf(patch);
  const application: Application = { box: { root: yield* copySteps(document) }, fieldCounts: new WeakMap(), copiedBytes: 0, shifted: 0 };
  for (const operation of operations) {
    yield* applyOne(application, operation);
    yield;
  }
  return application.box.root;
}

function operationsOf(patch: unknown): Operation[] {
  if (!Array.isArray(patch))
    throw errors.badRequest(`error decoding patch: json: cannot unmarshal ${jsonTypeOf(patch)} into Go value of type []handlers.jsonPatchOp`);
  if (patch.length > MAX_OPERATIONS) {
    throw new StatusError('RequestEntityTooLarge', `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`);
  }
  return patch.map((entry: unknown) => {
    if (!isObject(entry)) throw errors.badRequest('error decoding patch: each operation must be an object');
    const { op, path, from, value } = entry;
    for (const [name, text] of Object.entries({ op, path, from })) {
      if (text !== undefined && typeof text !== 'string') throw errors.badRequest(`error decoding patch: ${name} of an operation must be a string`);
    }
    return { op: String(op ?? ''), path: String(path ?? ''), from: from === undefined ? undefined : String(from), value, hasValue: 'value' in entry };
  });
}

function* applyOne(application: Application, { op, path, from, value, hasValue }: Operation): Steps<void> {
  const { box } = application;
  switch (op) {
    case 'add':
    case 'replace': {
      if (!hasValue) throw rejected(`${op} operation at ${path} has no value`);
      const place = placeOf(box, path, `${op} operation does not apply: doc is missing path: ${op === 'add' ? JSON.stringify(path) : path}`);
      // A field that is not there is added all the same, as upstream's library does; an index is not.
      if (op === 'replace' && Array.isArray(place.parent) && !exists(place))
        throw rejected(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`);
      const copied = yield* copySteps(value);
      if (isLong(copied)) markPath(box, path);
      put(application, place, copied, op === 'add', `error in ${op} for path: '${path}'`);
      return;
    }
    case 'remove': {
      const place = placeOf(box, path, `remove operation does not apply: doc is missing path: ${JSON.stringify(path)}`);
      if (!exists(place)) throw rejected(`error in remove for path: '${path}': ${missingKey(place.key)}`);
      take(application, place);
      return;
    }
    case 'test': {
      const place = placeOf(box, path, `test operation does not apply: is missing path: ${path}`);
      const current = exists(place) ? read(place) : undefined;
      if (!sameJson(application, current ?? null, value ?? null)) throw new JsonPatchRefusal(`testing value ${path} failed: test failed`, true);
      return;
    }
    case 'move':
    case 'copy': {
      if (from === undefined) throw rejected(`${op} operation failed to decode from: ${MISSING}`);
      const source = placeOf(box, from, `${op} operation does not apply: doc is missing from path: ${from}`);
      // A field that is not there is copied as null, as upstream's library does.
      if (!exists(source) && (op === 'move' || Array.isArray(source.parent)))
        throw rejected(`error in ${op} for ${op === 'move' ? `path: '${source.key}'` : `from: '${from}'`}: ${missingKey(source.key)}`);
      const found = read(source) ?? null;
      if (op === 'move') take(application, source);
      else if ((yield* countCopy(application, found)) >= LONG_COPY_BYTES && typeof found === 'object' && found !== null) markLong(found);
      const target = placeOf(box, path, `${op} operation does not apply: doc is missing destination path: ${path}`);
      if (isLong(found)) markPath(box, path);
      put(application, target, op === 'move' ? found : yield* copySteps(found), true, `error in ${op} for path: '${path}'`);
      return;
    }
    default:
      throw rejected(`Unexpected kind: ${op}`);
  }
}

/** Marks the containers on the way to a long value as long, so that work on the whole pauses in it. */
function markPath(box: Record<string, unknown>, pointer: string): void {
  let at: unknown = box.root;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return;
    markLong(at);
    at = read(stepInto(at, step.replaceAll('~1', '/').replaceAll('~0', '~'), ''));
  }
}

interface Place {
  readonly parent: Json;
  readonly key: string | number;
}

/** Finds the parent of what a JSON pointer names (RFC 6901); `fault` is the message if there is none. */
function placeOf(box: Record<string, unknown>, pointer: string, fault: string): Place {
  if (pointer === '') return { parent: box, key: 'root' };
  if (!pointer.startsWith('/')) throw rejected(`${fault}: ${MISSING}`);
  const steps = pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: unknown = box.root;
  for (const step of steps.slice(0, -1)) at = read(stepInto(at, step, fault));
  return stepInto(at, steps.at(-1) ?? '', fault);
}

function stepInto(value: unknown, step: string, fault: string): Place {
  if (Array.isArray(value)) {
    if (step === '-') return { parent: value, key: value.length };
    if (!/^(0|-?[1-9]\d*)$/.test(step)) throw rejected(`${fault}: ${step} is no index of a list`);
    const index = Number(step);
    return { parent: value, key: index < 0 ? value.length + index : index };
  }
  if (isObject(value)) return { parent: value, key: step };
  throw rejected(`${fault}: ${MISSING}`);
}

const exists = ({ parent, key }: Place): boolean =>
  Array.isArray(parent) ? typeof key === 'number' && key >= 0 && key < parent.length : Object.hasOwn(parent, key);

const read = ({ parent, key }: Place): unknown =>
  Array.isArray(parent) ? parent[Number(key)] : Object.hasOwn(parent, key) ? parent[String(key)] : undefined;

function put(application: Application, { parent, key }: Place, value: unknown, insert: boolean, fault: string): void {
  if (!Array.isArray(parent)) {
    if (!Object.hasOwn(parent, key)) addToCount(application, parent, 1);
    setOwn(parent, String(key), value);
    return;
  }
  const index = Number(key);
  if (index < 0 || index > parent.length) throw rejected(`${fault}: ${missingKey(index)}`);
  if (!insert || index === parent.length) parent[index] = value;
  else {
    countShift(application, parent.length - index);
    parent.splice(index, 0, value);
  }
}

function take(application: Application, { parent, key }: Place): void {
  if (Array.isArray(parent)) {
    countShift(application, parent.length - Number(key));
    parent.splice(Number(key), 1);
  } else {
    if (Object.hasOwn(parent, key)) addToCount(application, parent, -1);
    delete parent[String(key)];
  }
}

/** Counts what a copy adds; returns its bytes. @throws StatusError 422 if the copies of the patch add too much. */
function* countCopy(application: Application, value: unknown): Steps<number> {
  const bytes = Buffer.byteLength(isLong(value) ? yield* stringifySteps(value as object) : JSON.stringify(value));
  application.copiedBytes += bytes;
  if (application.copiedBytes <= MAX_COPIED_BYTES) return bytes;
  const sizes = `${application.copiedBytes}, exceeding the limit ${MAX_COPIED_BYTES}`;
  throw rejected(`unable to complete the copy, the accumulated size increase of copy is ${sizes}`);
}

/** @throws StatusError 413 if the patch shifts the items of long lists too often. */
function countShift(application: Application, places: number): void {
  application.shifted += places;
  if (application.shifted <= MAX_SHIFTED) return;
  throw new StatusError(
    'RequestEntityTooLarge',
    `The operations of the JSON patch shift more than ${MAX_SHIFTED} items of lists: append, or replace the list`,
  );
}

/** Compares a part of the document with the value of a test, at a cost in proportion to that value. */
function sameJson(application: Application, current: unknown, value: unknown): boolean {
  if (current === value) return true;
  if (Array.isArray(value)) {
    return Array.isArray(current) && current.length === value.length && value.every((item, i) => sameJson(application, current[i], item));
  }
  if (!isObject(value) || !isObject(current)) return false;
  const keys = Object.keys(value);
  return (
    keys.length === fieldCount(application, current) &&
    keys.every((key) => Object.hasOwn(current, key) && sameJson(application, current[key], value[key]))
  );
}

function addToCount({ fieldCounts }: Application, object: object, change: 1 | -1): void {
  const known = fieldCounts.get(object);
  if (known !== undefined) fieldCounts.set(object, known + change);
}

function fieldCount({ fieldCounts }: Application, object: Readonly<Record<string, unknown>>): number {
  const known = fieldCounts.get(object);
  if (known !== undefined) return known;
  const count = Object.values(object).filter((field) => field !== undefined).length;
  fieldCounts.set(object, count);
  return count;
}
