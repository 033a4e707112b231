import { errors, StatusError } from '../../api/meta/status-error.ts';
import { copy } from '../../api/schema/decode.ts';
import { equalJson, isObject, setOwn } from '../../base/json.ts';

type Json = Record<string, unknown> | unknown[];

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from: string | undefined;
  readonly value: unknown;
  readonly hasValue: boolean;
}

const MAX_OPERATIONS = 10_000;

const rejected = (why: string) => new StatusError('Invalid', `the server rejected our request due to an error in our request: ${why}`);

/**
 * Applies an RFC 6902 patch; the document stays as it is.
 * @throws StatusError 400 for what is no list of operations, 413 for too many, 422 for one that does not apply.
 */
export function applyJsonPatch(document: object, patch: unknown): unknown {
  const operations = operationsOf(patch);
  const box: Record<string, unknown> = { root: copy(document) };
  for (const operation of operations) applyOne(box, operation);
  return box.root;
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

function applyOne(box: Record<string, unknown>, { op, path, from, value, hasValue }: Operation): void {
  switch (op) {
    case 'add':
    case 'replace': {
      if (!hasValue) throw rejected(`${op} operation at ${path} has no value`);
      const place = placeOf(box, path, op);
      // A field that is not there is added all the same, as upstream's library does; an index is not.
      if (op === 'replace' && Array.isArray(place.parent) && !exists(place))
        throw rejected(`replace operation does not apply: doc is missing key: ${path}`);
      put(place, copy(value), op === 'add');
      return;
    }
    case 'remove': {
      const place = placeOf(box, path, op);
      if (!exists(place)) throw rejected(`remove operation does not apply: doc is missing path: ${path}`);
      take(place);
      return;
    }
    case 'test': {
      const place = placeOf(box, path, op);
      const current = exists(place) ? read(place) : undefined;
      if (!equalJson(current ?? null, value ?? null)) throw rejected(`testing value ${path} failed`);
      return;
    }
    case 'move':
    case 'copy': {
      if (from === undefined) throw rejected(`${op} operation at ${path} has no from`);
      const source = placeOf(box, from, op);
      // A field that is not there is copied as null, as upstream's library does.
      if (!exists(source) && (op === 'move' || Array.isArray(source.parent)))
        throw rejected(`${op} operation does not apply: doc is missing from path: ${from}`);
      const moved = copy(read(source) ?? null);
      if (op === 'move') take(source);
      put(placeOf(box, path, op), moved, true);
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

function put({ parent, key }: Place, value: unknown, insert: boolean): void {
  if (!Array.isArray(parent)) {
    setOwn(parent, String(key), value);
    return;
  }
  const index = Number(key);
  if (index < 0 || index > parent.length) throw rejected(`the index ${key} is out of the bounds of a list of ${parent.length}`);
  if (insert) parent.splice(index, 0, value);
  else parent[index] = value;
}

function take({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[String(key)];
}
