import { goNumber, goQuote } from '../../base/go-format.ts';
import { boundedJson } from '../../base/json/bounded-json.ts';
import { isLong } from '../../base/json/long-values.ts';
import type { Steps } from '../../base/steps.ts';
import { finished, inTurns } from '../../base/steps.ts';

/** The reasons of a cause, as `metav1.CauseType` (k8s.io/apimachinery/pkg/util/validation/field). */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One fault of one field. `message` is the whole text after the field: `Invalid value: -1: must be …`. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  readonly message: string;
}

/** Shorter texts are written again. */
const MIN_KEPT = 1_024;

/** The list or structure shown last. Many errors may show the same one, and writing it for each would be quadratic. */
let last: { readonly value: WeakRef<object>; readonly text: string } | undefined;

/** The characters that Go escapes in the JSON of an error. */
const ESCAPED = /[<>&\u2028\u2029]/g;
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The characters of a bad value that are shown. Upstream shows all, which of a body of 3 MB takes long to write and helps nobody. */
export const MAX_SHOWN = 64 * 1024;

const cut = (text: string): string => (text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN).toWellFormed()}…`);

/** Shows a bad value as upstream does: strings by Go's %q, numbers by %v, everything else as Go's JSON. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goQuote(cut(value));
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  if (last?.value.deref() === value) return last.text;
  const text = cut(boundedJson(value, MAX_SHOWN)).replace(ESCAPED, escaped);
  last = text.length > MIN_KEPT ? { value: new WeakRef(value), text } : undefined;
  return text;
}

const withDetail = (head: string, detail: string) => (detail === '' ? head : `${head}: ${detail}`);

/** Faults from which on an object is searched for no more: an answer lists half as many. */
export const ENOUGH_FAULTS = 2_000;

/** Ends a search that has found enough. */
class EnoughFaults extends Error {}

/** The faults that the search under way has found, in the order in which they were found; undefined if their number is not bounded. */
let found: FieldError[] | undefined;

/**
 * Searches an object for faults, and ends the search when there are enough of them: the rules of kinds need not bound their loops over what
 * others wrote. Returns what the search returns; if it was ended, the faults that it found until then.
 */
export function boundedFaults(search: () => FieldError[]): FieldError[] {
  const outer = found;
  const own: FieldError[] = [];
  found = own;
  try {
    return search();
  } catch (error) {
    if (error instanceof EnoughFaults) return own;
    throw error;
  } finally {
    found = outer;
  }
}

/** The parts of the search under way that were put off; undefined if it is one of a short object. */
let postponed: (() => Steps<void>)[] | undefined;

/**
 * Searches a long object for faults as `boundedFaults` does, with pauses in the parts that its rules put off (`searchLater`). Their faults
 * follow the others.
 */
export async function boundedFaultsInTurns(search: () => FieldError[]): Promise<FieldError[]> {
  const outer = postponed;
  const parts: (() => Steps<void>)[] = [];
  let faults: FieldError[];
  postponed = parts;
  try {
    faults = boundedFaults(search);
  } finally {
    postponed = outer;
  }
  if (parts.length === 0 || faults.length >= ENOUGH_FAULTS) return faults;
  const more = [...faults];
  await inTurns(boundedSteps(parts, more));
  return more;
}

/** Takes the steps of all parts, and of those that they put off in turn; ends them once enough faults are found. */
function* boundedSteps(parts: (() => Steps<void>)[], own: FieldError[]): Steps<void> {
  for (const part of parts) {
    const steps = part();
    for (;;) {
      const outer = { found, postponed };
      found = own;
      postponed = parts;
      try {
        if (steps.next().done) break;
      } catch (error) {
        if (error instanceof EnoughFaults) return;
        throw error;
      } finally {
        found = outer.found;
        postponed = outer.postponed;
      }
      yield;
    }
  }
}

/** Does a part of a search: at once, or for a long object in turns, after the rest. Nothing else may depend on the faults that it finds. */
export function searchLater(part: () => Steps<void>): void {
  if (postponed === undefined) finished(part());
  else postponed.push(part);
}

/** Longer lists are checked in turns. */
const SHORT_COUNT = 200;

/** Items that are checked in one step: few, because a check may be to compile an expression. */
const STEP_COUNT = 10;

/** Checks each item of a list: at once, or in turns if it is a long list of a long object. */
export function checkEach<T>(items: readonly T[], check: (item: T, i: number) => void): void {
  if (postponed === undefined || items.length <= SHORT_COUNT) items.forEach(check);
  else postponed.push(() => checkSteps(items, check));
}

/** Checks each entry of a map, then calls `after`: at once, or in turns if it is a long map of a long object. */
export function checkEntries<T>(map: Readonly<Record<string, T>>, check: (key: string, value: T) => void, after?: () => void): void {
  if (postponed !== undefined && isLong(map)) {
    postponed.push(function* () {
      yield* checkSteps(Object.keys(map), (key) => check(key, map[key] as T));
      after?.();
    });
    return;
  }
  for (const key in map) check(key, map[key] as T);
  after?.();
}

function* checkSteps<T>(items: readonly T[], check: (item: T, i: number) => void): Steps<void> {
  for (let i = 0; i < items.length; i++) {
    check(items[i] as T, i);
    if (i % STEP_COUNT === 0) yield;
  }
}

function fault(type: FieldErrorType, field: string, message: string): FieldError {
  const error = { type, field, message };
  if (found !== undefined && found.push(error) >= ENOUGH_FAULTS) throw new EnoughFaults();
  return error;
}

export const required = (field: string, detail = ''): FieldError => fault('FieldValueRequired', field, withDetail('Required value', detail));
export const invalid = (field: string, value: unknown, detail: string): FieldError =>
  fault('FieldValueInvalid', field, withDetail(`Invalid value: ${shown(value)}`, detail));
export const typeInvalid = (field: string, value: unknown, detail: string): FieldError =>
  fault('FieldValueTypeInvalid', field, withDetail(`Invalid value: ${shown(value)}`, detail));
export const forbidden = (field: string, detail: string): FieldError => fault('FieldValueForbidden', field, withDetail('Forbidden', detail));
export const duplicate = (field: string, value: unknown, detail = ''): FieldError =>
  fault('FieldValueDuplicate', field, withDetail(`Duplicate value: ${shown(value)}`, detail));
export const notFound = (field: string, value: unknown, detail = ''): FieldError =>
  fault('FieldValueNotFound', field, withDetail(`Not found: ${shown(value)}`, detail));
/** The supported values are shown in the order given. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError =>
  fault(
    'FieldValueNotSupported',
    field,
    withDetail(
      `Unsupported value: ${shown(value)}`,
      supported.length ? `supported values: ${supported.map((s) => JSON.stringify(s)).join(', ')}` : '',
    ),
  );
export const tooLong = (field: string, maxBytes: number): FieldError =>
  fault('FieldValueTooLong', field, `Too long: may not be more than ${maxBytes} bytes`);
export const tooMany = (field: string, actual: number, max: number): FieldError =>
  fault('FieldValueTooMany', field, `Too many: ${actual}: must have at most ${max} items`);

/** The text of one error as it stands in a Status message and in a cause. */
export const fieldErrorText = (error: FieldError): string => `${error.field}: ${error.message}`;
