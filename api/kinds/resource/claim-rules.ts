import { boundedJson } from '../../../base/json/bounded-json.ts';
import { isObject } from '../../../base/json.ts';
import { rules } from '../../cel/rules/loader.ts';
import { checkCsiDriverName } from '../../pod/volume/csi-driver-name.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong, tooMany } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { byteLength, dns1123LabelFaults, dns1123SubdomainFaults, labelValueFaults, qualifiedNameFaults } from '../../validation/name-rules.ts';
import { checkFullyQualifiedName } from './attribute-names.ts';
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  OpaqueDeviceConfiguration,
} from './device-claim.ts';

const MAX_REQUESTS = 32;
const MAX_CONSTRAINTS = 32;
export const MAX_CONFIGURATIONS = 32;
const MAX_SELECTORS = 32;
const MAX_ALTERNATIVES = 8;
const MAX_EXPRESSION_BYTES = 10 * 1024;
const MAX_PARAMETERS_BYTES = 10 * 1024;
const ALLOCATION_MODES: readonly string[] = ['All', 'ExactCount'];
export const TAINT_EFFECTS: readonly string[] = ['NoExecute', 'NoSchedule', 'None'];
const NO_SUCH_REQUEST = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

const NO_NAMES: ReadonlySet<string> = new Set();

/** The names of a claim's requests, each with those of its alternatives. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

export function requestNamesOf({ requests }: DeviceClaim): RequestNames {
  const names = new Map<string, ReadonlySet<string>>();
  // The list may be null.
  for (const { name, firstAvailable = [] } of requests ?? []) {
    names.set(name, firstAvailable.length === 0 ? NO_NAMES : new Set(firstAvailable.map((alternative) => alternative.name)));
  }
  return names;
}

/** Checks the items of a list, unless there are too many. Returns false then. */
export function checkEach<T>(
  errors: FieldError[],
  items: readonly T[] | null | undefined,
  max: number,
  path: FieldPath,
  check: (item: T, at: FieldPath) => void,
): boolean {
  if ((items?.length ?? 0) > max) {
    errors.push(tooMany(pathText(path), items?.length ?? 0, max));
    return false;
  }
  items?.forEach((item, i) => {
    check(item, indexPath(path, i));
  });
  return true;
}

/** As checkEach, and that no key stands twice. */
export function checkDistinct<T>(
  errors: FieldError[],
  items: readonly T[] | null | undefined,
  max: number,
  path: FieldPath,
  keyOf: (item: T) => string,
  check: (item: T, at: FieldPath) => void,
): void {
  if (!checkEach(errors, items, max, path, check)) return;
  const seen = new Set<string>();
  items?.forEach((item, i) => {
    const key = keyOf(item);
    if (seen.has(key)) errors.push(duplicate(pathText(indexPath(path, i)), key));
    seen.add(key);
  });
}

export function checkSelectors(errors: FieldError[], selectors: readonly DeviceSelector[] | undefined, path: FieldPath): void {
  checkEach(errors, selectors, MAX_SELECTORS, path, ({ cel }, at) => {
    if (!cel) {
      errors.push(required(pathText(at, 'cel')));
      return;
    }
    const { expression } = cel;
    const field = pathText(at, 'cel', 'expression');
    if (byteLength(expression) > MAX_EXPRESSION_BYTES) {
      errors.push(tooLong(field, MAX_EXPRESSION_BYTES));
      return;
    }
    const compiled = rules().compileDeviceSelector(expression);
    if (compiled.fault !== undefined) errors.push(invalid(field, expression, compiled.fault));
    else if (compiled.isTooComplex) errors.push(forbidden(field, 'too complex, exceeds cost limit'));
  });
}

export function checkTolerations(errors: FieldError[], tolerations: readonly DeviceToleration[] | undefined, path: FieldPath): void {
  tolerations?.forEach(({ key = '', operator = '', value = '', effect = '' }, i) => {
    const at = indexPath(path, i);
    if (key !== '') addFaults(errors, qualifiedNameFaults(key), key, at, 'key');
    if (operator === 'Exists') {
      if (value !== '') errors.push(invalid(pathText(at, 'value'), value, 'must be empty for operator `Exists`'));
    } else if (operator === 'Equal') addFaults(errors, labelValueFaults(value), value, at, 'value');
    else if (operator === '') errors.push(required(pathText(at, 'operator')));
    else errors.push(notSupported(pathText(at, 'operator'), operator, ['Equal', 'Exists']));
    if (effect !== '' && !TAINT_EFFECTS.includes(effect)) errors.push(notSupported(pathText(at, 'effect'), effect, TAINT_EFFECTS));
  });
}

function checkExact(errors: FieldError[], request: ExactDeviceRequest | DeviceSubRequest, path: FieldPath): void {
  const { deviceClassName, allocationMode = '', count = 0 } = request;
  if (deviceClassName === '') errors.push(required(pathText(path, 'deviceClassName')));
  else addFaults(errors, dns1123SubdomainFaults(deviceClassName), deviceClassName, path, 'deviceClassName');
  checkSelectors(errors, request.selectors, childPath(path, 'selectors'));
  if (!ALLOCATION_MODES.includes(allocationMode)) {
    errors.push(notSupported(pathText(path, 'allocationMode'), allocationMode, ALLOCATION_MODES));
  } else if (allocationMode === 'All') {
    if (count !== 0) errors.push(invalid(pathText(path, 'count'), count, "must not be specified when allocationMode is 'All'"));
  } else if (count <= 0) errors.push(invalid(pathText(path, 'count'), count, 'must be greater than zero'));
  checkTolerations(errors, request.tolerations, childPath(path, 'tolerations'));
}

function checkRequest(errors: FieldError[], { name, exactly, firstAvailable = [] }: DeviceRequest, path: FieldPath): void {
  addFaults(errors, dns1123LabelFaults(name), name, path, 'name');
  const either = 'exactly one of `exactly` or `firstAvailable` is required';
  if (!exactly && firstAvailable.length === 0) errors.push(required(pathText(path), either));
  else if (exactly && firstAvailable.length > 0) errors.push(invalid(pathText(path), null, `${either}, but multiple fields are set`));
  else if (exactly) checkExact(errors, exactly, childPath(path, 'exactly'));
  else {
    checkDistinct(
      errors,
      firstAvailable,
      MAX_ALTERNATIVES,
      childPath(path, 'firstAvailable'),
      (one) => one.name,
      (one, at) => {
        addFaults(errors, dns1123LabelFaults(one.name), one.name, at, 'name');
        checkExact(errors, one, at);
      },
    );
  }
}

/** Checks the name of a request, or of a request and one of its alternatives. */
export function checkRequestName(errors: FieldError[], name: string, names: RequestNames, path: FieldPath): void {
  const [request = '', alternative, ...more] = name.split('/');
  if (more.length > 0) {
    errors.push(invalid(pathText(path), name, NO_SUCH_REQUEST));
    return;
  }
  for (const part of alternative === undefined ? [request] : [request, alternative]) addFaults(errors, dns1123LabelFaults(part), part, path);
  const alternatives = names.get(request);
  if (!alternatives || (alternative !== undefined && !alternatives.has(alternative))) errors.push(invalid(pathText(path), name, NO_SUCH_REQUEST));
}

/** Checks a list of names of requests. */
export function checkRequestNames(errors: FieldError[], requests: readonly string[] | undefined, names: RequestNames, path: FieldPath): void {
  checkDistinct(
    errors,
    requests,
    MAX_REQUESTS,
    childPath(path, 'requests'),
    (name) => name,
    (name, at) => checkRequestName(errors, name, names, at),
  );
}

function checkConstraint(errors: FieldError[], constraint: DeviceConstraint, names: RequestNames, path: FieldPath): void {
  checkRequestNames(errors, constraint.requests, names, path);
  const { matchAttribute, distinctAttribute } = constraint;
  if (matchAttribute !== undefined) checkFullyQualifiedName(errors, matchAttribute, childPath(path, 'matchAttribute'));
  else if (distinctAttribute !== undefined) checkFullyQualifiedName(errors, distinctAttribute, childPath(path, 'distinctAttribute'));
  else {
    // Upstream says so, though none is set.
    const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    errors.push(required(pathText(path), why));
  }
}

/** Checks any JSON that must be an object (upstream's RawExtension). */
export function checkRawObject(errors: FieldError[], value: unknown, maxBytes: number, field: string): void {
  if (value === undefined || value === null) errors.push(required(field));
  else if (byteLength(boundedJson(value, maxBytes)) > maxBytes) errors.push(tooLong(field, maxBytes));
  else if (!isObject(value)) errors.push(invalid(field, '<value omitted>', 'must be a valid JSON object'));
}

export function checkConfiguration(errors: FieldError[], opaque: OpaqueDeviceConfiguration | undefined, path: FieldPath): void {
  if (!opaque) {
    errors.push(required(pathText(path, 'opaque')));
    return;
  }
  checkCsiDriverName(errors, opaque.driver, path, 'opaque', 'driver');
  checkRawObject(errors, opaque.parameters, MAX_PARAMETERS_BYTES, pathText(path, 'opaque', 'parameters'));
}

/** Checks the devices that a claim asks for. */
export function checkDeviceClaim(errors: FieldError[], claim: DeviceClaim, path: FieldPath): void {
  const names = requestNamesOf(claim);
  checkDistinct(
    errors,
    claim.requests,
    MAX_REQUESTS,
    childPath(path, 'requests'),
    (request) => request.name,
    (request, at) => checkRequest(errors, request, at),
  );
  checkEach(errors, claim.constraints, MAX_CONSTRAINTS, childPath(path, 'constraints'), (constraint, at) =>
    checkConstraint(errors, constraint, names, at),
  );
  checkEach(errors, claim.config, MAX_CONFIGURATIONS, childPath(path, 'config'), ({ requests, opaque }, at) => {
    checkRequestNames(errors, requests, names, at);
    checkConfiguration(errors, opaque, at);
  });
}

/** The defaults of requests that depend on each other. */
export function defaultDeviceClaim(claim: DeviceClaim | undefined): void {
  for (const { exactly, firstAvailable = [] } of claim?.requests ?? []) {
    for (const request of exactly ? [exactly, ...firstAvailable] : firstAvailable) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
      for (const toleration of request.tolerations ?? []) toleration.operator ||= 'Equal';
    }
  }
}
