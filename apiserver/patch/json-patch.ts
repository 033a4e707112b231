import { errors, StatusError } from '../../api/meta/status-error.ts';
import { copy } from '../../api/schema/decode.ts';
import { isObject, setOwn } from '../../base/json.ts';

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

/** Makes the refusal of an operation. Upstream does not tell the client why. */
const rejected = (_why: string) => new StatusError('Invalid', 'the server rejected our request due to an error in our request');

/**
 * Applies an RFC 6902 patch; the document stays as it is.
 * @throws StatusError 400 for what is no list of operations, 413 for too many, 422 for one that does not apply.
 */
export function applyJsonPatch(document: object, patch: unknown): unknown {
  const operations = operationsOf(patch);
  const application: Application = { box: { root: copy(document) }, fieldCounts: new WeakMap(), copiedBytes: 0, shifted: 0 };
  for (const operation of operations) applyOne(application, operation);
  return application.box.root;
}

function operationsOf(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw errors.badRequest('error decoding patch: a JSON patch must be a list of operations');
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

function applyOne(application: Application, { op, path, from, value, hasValue }: Operation): void {
  const { box } = application;
  switch (op) {
    case 'add':
    case 'replace': {
      if (!hasValue) throw rejected(`${op} operation at ${path} has no value`);
      const place = placeOf(box, path, op);
      // A field that is not there is added all the same, as upstream's library does; an index is not.
      if (op === 'replace' && Array.isArray(place.parent) && !exists(place))
        throw rejected(`replace operation does not apply: doc is missing key: ${path}`);
      put(application, place, copy(value), op === 'add');
      return;
    }
    case 'remove': {
      const place = placeOf(box, path, op);
      if (!exists(place)) throw rejected(`remove operation does not apply: doc is missing path: ${path}`);
      take(application, place);
      return;
    }
    case 'test': {
      const place = placeOf(box, path, op);
      const current = exists(place) ? read(place) : undefined;
      if (!sameJson(application, current ?? null, value ?? null)) throw rejected(`testing value ${path} failed`);
      return;
    }
    case 'move':
    case 'copy': {
      if (from === undefined) throw rejected(`${op} operation at ${path} has no from`);
      const source = placeOf(box, from, op);
      // A field that is not there is copied as null, as upstream's library does.
      if (!exists(source) && (op === 'move' || Array.isArray(source.parent)))
        throw rejected(`${op} operation does not apply: doc is missing from path: ${from}`);
      const found = read(source) ?? null;
      if (op === 'move') take(application, source);
      else countCopy(application, found);
      put(application, placeOf(box, path, op), op === 'move' ? found : copy(found), true);
      return;
    }
    default:
      throw rejected(`unexpected kind of operation: ${op}`);
  }
}

interface Place {
  readonly parent: Json;
  readonly key: string | number;
}

/** Finds the parent of what a JSON pointer names (RFC 6901). */
function placeOf(box: Record<string, unknown>, pointer: string, op: string): Place {
  if (pointer === '') return { parent: box, key: 'root' };
  if (!pointer.startsWith('/')) throw rejected(`${op} operation does not apply: the path ${pointer} does not begin with a slash`);
  const steps = pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: unknown = box.root;
  for (const step of steps.slice(0, -1)) {
    const place = stepInto(at, step, pointer, op);
    at = read(place);
  }
  return stepInto(at, steps.at(-1) ?? '', pointer, op);
}

function stepInto(value: unknown, step: string, pointer: string, op: string): Place {
  if (Array.isArray(value)) {
    if (step === '-') return { parent: value, key: value.length };
    if (!/^(0|-?[1-9]\d*)$/.test(step)) throw rejected(`${op} operation does not apply: ${step} in ${pointer} is no index of a list`);
    const index = Number(step);
    return { parent: value, key: index < 0 ? value.length + index : index };
  }
  if (isObject(value)) return { parent: value, key: step };
  throw rejected(`${op} operation does not apply: doc is missing path: ${pointer}`);
}

const exists = ({ parent, key }: Place): boolean =>
  Array.isArray(parent) ? typeof key === 'number' && key >= 0 && key < parent.length : Object.hasOwn(parent, key);

const read = ({ parent, key }: Place): unknown =>
  Array.isArray(parent) ? parent[Number(key)] : Object.hasOwn(parent, key) ? parent[String(key)] : undefined;

function put(application: Application, { parent, key }: Place, value: unknown, insert: boolean): void {
  if (!Array.isArray(parent)) {
    if (!Object.hasOwn(parent, key)) addToCount(application, parent, 1);
    setOwn(parent, String(key), value);
    return;
  }
  const index = Number(key);
  if (index < 0 || index > parent.length) throw rejected(`the index ${key} is out of the bounds of a list of ${parent.length}`);
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

/** @throws StatusError 422 if the copies of the patch add too much. */
function countCopy(application: Application, value: unknown): void {
  application.copiedBytes += Buffer.byteLength(JSON.stringify(value));
  if (application.copiedBytes <= MAX_COPIED_BYTES) return;
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
