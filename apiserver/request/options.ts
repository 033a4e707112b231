import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { fieldErrorText, forbidden, invalid, notSupported, required } from '../../api/schema/field-error.ts';
import { goQuote } from '../../base/go-format.ts';
import { isObject } from '../../base/json.ts';
import type { IncludeObject } from '../contract/form.ts';
import { isTrue } from './request-info.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface WriteParameters {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** An apply patch takes fields over from other managers. */
  readonly force: boolean;
}

const DEFAULT_WRITE: WriteParameters = { dryRun: false, fieldManager: '', fieldValidation: 'Warn', force: false };
const FIELD_VALIDATIONS = ['Ignore', 'Strict', 'Warn'];
const isFieldValidation = (value: string): value is FieldValidation => FIELD_VALIDATIONS.includes(value);

const optionsInvalid = (kind: string, faults: readonly FieldError[]) => errors.invalid({ group: 'meta.k8s.io', plural: '', kind }, '', faults);

/**
 * Reads the parameters of create, update and patch. `isApply` is undefined where the request is no patch.
 * @throws StatusError 422 as `CreateOptions.meta.k8s.io "" is invalid: …`
 */
export function writeParametersOf(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply?: boolean,
): WriteParameters {
  if (query.size === 0 && !isApply) return DEFAULT_WRITE;
  const faults: FieldError[] = [];
  const dryRun = dryRunOf(query.getAll('dryRun'), faults);
  const fieldManager = query.get('fieldManager') ?? '';
  if (Buffer.byteLength(fieldManager) > 128)
    faults.push({ type: 'FieldValueTooLong', field: 'fieldManager', message: 'Too long: may not be more than 128 bytes' });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is not printable is what is refused
  if (/[\u0000-\u001f\u007f]/.test(fieldManager)) faults.push(invalid('fieldManager', fieldManager, 'should only contain printable characters'));
  if (isApply && fieldManager === '') faults.push(required('fieldManager', 'is required for apply patch'));
  const validation = query.get('fieldValidation') ?? '';
  const fieldValidation = validation === '' ? 'Warn' : validation;
  if (!isFieldValidation(fieldValidation)) faults.push(notSupported('fieldValidation', validation, FIELD_VALIDATIONS));
  if (isApply === false && query.get('force') !== null) faults.push(forbidden('force', 'may not be specified for non-apply patch'));
  if (faults.length > 0) throw optionsInvalid(kind, faults);
  return { dryRun, fieldManager, fieldValidation: isFieldValidation(fieldValidation) ? fieldValidation : 'Warn', force: isTrue(query.get('force')) };
}

function dryRunOf(values: readonly string[], faults: FieldError[]): boolean {
  if (values.some((value) => value !== 'All')) faults.push(notSupported('dryRun', values, ['All']));
  return values.length > 0;
}

export interface DeleteParameters extends DeleteOptions {
  readonly isDryRun: boolean;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/**
 * Reads the options of a deletion: those of the body if there is one, otherwise those of the query.
 * @throws StatusError 400 for a body that is no DeleteOptions, 422 for values that are not allowed.
 */
export function deleteParametersOf(query: URLSearchParams, body: unknown): DeleteParameters {
  const options = body === undefined || body === null ? queryDeleteOptions(query) : bodyDeleteOptions(body);
  const faults: FieldError[] = [];
  const isDryRun = dryRunOf((options.dryRun ?? []).concat(body ? query.getAll('dryRun') : []), faults);
  const { propagationPolicy, orphanDependents } = options;
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    faults.push(invalid('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy))
    faults.push(notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil']));
  if (faults.length > 0) throw optionsInvalid('DeleteOptions', faults);
  return { ...options, isDryRun };
}

function queryDeleteOptions(query: URLSearchParams): DeleteOptions {
  const options: DeleteOptions = {};
  if (query.size === 0) return options;
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null && grace !== '') options.gracePeriodSeconds = integerOf(grace);
  const policy = query.get('propagationPolicy');
  if (policy !== null && policy !== '') options.propagationPolicy = policy;
  if (query.has('orphanDependents')) options.orphanDependents = isTrue(query.get('orphanDependents'));
  options.dryRun = query.getAll('dryRun');
  return options;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

const DELETE_OPTIONS: ReadonlySet<string> = new Set([
  'kind',
  'apiVersion',
  'dryRun',
  'gracePeriodSeconds',
  'orphanDependents',
  'preconditions',
  'propagationPolicy',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
]);

function bodyDeleteOptions(body: unknown): DeleteOptions {
  if (!isObject(body)) throw errors.badRequest('the body of a deletion must be a DeleteOptions object');
  const { kind, apiVersion, dryRun, gracePeriodSeconds, orphanDependents, preconditions, propagationPolicy } = body;
  if (kind !== undefined && kind !== '' && kind !== 'DeleteOptions') {
    throw errors.badRequest(`${textOf(kind)} in version "${typeof apiVersion === 'string' ? apiVersion : ''}" cannot be handled as a DeleteOptions`);
  }
  for (const field in body) {
    if (!DELETE_OPTIONS.has(field))
      throw errors.badRequest(`DeleteOptions in version "v1" cannot be handled as a DeleteOptions: unknown field "${field}"`);
  }
  const options: DeleteOptions = {};
  if (gracePeriodSeconds != null) options.gracePeriodSeconds = expectType('gracePeriodSeconds', gracePeriodSeconds, isInteger, 'an integer');
  if (orphanDependents != null) options.orphanDependents = expectType('orphanDependents', orphanDependents, isBoolean, 'a boolean');
  if (propagationPolicy != null) options.propagationPolicy = expectType('propagationPolicy', propagationPolicy, isString, 'a string');
  if (dryRun != null) options.dryRun = expectType('dryRun', dryRun, isStrings, 'a list of strings');
  if (preconditions != null)
    options.preconditions = expectType('preconditions', preconditions, isPreconditions, 'an object with uid and resourceVersion');
  return options;
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isString = (value: unknown): value is string => typeof value === 'string';
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
const isPreconditions = (value: unknown): value is { uid?: string; resourceVersion?: string } =>
  isObject(value) && [value.uid, value.resourceVersion].every((field) => isString(field) || field === null || field === undefined);

function expectType<T>(field: string, value: unknown, is: (value: unknown) => value is T, wanted: string): T {
  if (is(value)) return value;
  throw errors.badRequest(`DeleteOptions in version "v1" cannot be handled as a DeleteOptions: ${field} must be ${wanted}`);
}

/** @throws StatusError 400 in the words of Go's strconv. */
export function integerOf(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text)) throw errors.badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  return Number(text);
}

export interface ListParameters {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  /** 0 means no limit. */
  readonly limit: number;
  readonly continue: string;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

const NO_LIST_PARAMETERS: ListParameters = {
  labelSelector: '',
  fieldSelector: '',
  resourceVersion: '',
  resourceVersionMatch: '',
  limit: 0,
  continue: '',
  allowWatchBookmarks: false,
  sendInitialEvents: undefined,
  timeoutSeconds: undefined,
};

/** @throws StatusError 400, or 422 as `ListOptions.meta.k8s.io "" is invalid: …` */
export function listParametersOf(query: URLSearchParams, isWatch: boolean): ListParameters {
  if (query.size === 0) return NO_LIST_PARAMETERS;
  const text = (name: string) => query.get(name) ?? '';
  const timeout = text('timeoutSeconds');
  const limit = text('limit');
  const parameters: ListParameters = {
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
    limit: limit === '' ? 0 : Math.max(0, integerOf(limit)),
    continue: text('continue'),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
    timeoutSeconds: timeout === '' ? undefined : integerOf(timeout),
  };
  const complete = isWatch ? watchDefaults(parameters) : parameters;
  const faults = isWatch ? watchFaults(complete) : listFaults(complete);
  if (faults.length > 0) throw optionsInvalid('ListOptions', faults);
  return complete;
}

/** A watch from no version, or from any, begins with what there is: it is one that asks for initial events (WatchList is on). */
function watchDefaults(parameters: ListParameters): ListParameters {
  const { sendInitialEvents, resourceVersion, resourceVersionMatch } = parameters;
  const isOld = sendInitialEvents === undefined && resourceVersionMatch === '' && (resourceVersion === '' || resourceVersion === '0');
  return isOld ? { ...parameters, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : parameters;
}

const MATCHES = ['NotOlderThan', 'Exact'];
const BOTH_MATCH_AND_CONTINUE = 'resourceVersionMatch is forbidden when continue is provided';

/** Checks combinations of parameters (k8s.io/apimachinery/pkg/apis/meta/internalversion/validation). */
function listFaults(p: ListParameters): FieldError[] {
  const faults: FieldError[] = [];
  const match = p.resourceVersionMatch;
  const forbid = (detail: string) => faults.push(forbidden('resourceVersionMatch', detail));
  if (match !== '') {
    if (p.resourceVersion === '') forbid('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (p.continue !== '') forbid(BOTH_MATCH_AND_CONTINUE);
    if (!MATCHES.includes(match)) faults.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && p.resourceVersion === '0') forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (p.sendInitialEvents !== undefined) faults.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return faults;
}

function watchFaults(p: ListParameters): FieldError[] {
  const faults: FieldError[] = [];
  const match = p.resourceVersionMatch;
  const forbid = (detail: string) => faults.push(forbidden('resourceVersionMatch', detail));
  if (p.sendInitialEvents !== undefined && match !== 'NotOlderThan')
    forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match === '') return faults;
  if (p.sendInitialEvents === undefined) forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (match !== 'NotOlderThan') faults.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
  if (p.continue !== '') forbid(BOTH_MATCH_AND_CONTINUE);
  return faults;
}

/** Reads the parameter of Tables; other forms do not look at it. @throws StatusError 400 */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  switch (value) {
    case '':
    case 'Metadata':
      return 'Metadata';
    case 'None':
    case 'Object':
      return value;
    default:
      throw errors.badRequest(
        `Unable to convert to Table as requested: ${fieldErrorText(invalid('includeObject', value, "must be 'Metadata', 'Object', 'None', or empty"))}`,
      );
  }
}

const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Reads a resourceVersion as a revision; returns undefined if none is given.
 * @throws StatusError 400 for a list; for a get or a watch 500 without a reason, as upstream does.
 */
export function revisionOf(text: string, isList = false): number | undefined {
  if (text === '') return undefined;
  const isNumber = /^\d+$/.test(text);
  if (isNumber && BigInt(text) <= MAX_UINT64) return Number(text);
  const why = isNumber ? 'value out of range' : 'invalid syntax';
  const message = `resourceVersion: Invalid value: ${goQuote(text)}: strconv.ParseUint: parsing ${goQuote(text)}: ${why}`;
  throw isList ? errors.badRequest(`invalid resource version: ${message}`) : new StatusError('', message, undefined, 500);
}
