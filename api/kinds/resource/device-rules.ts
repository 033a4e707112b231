import { semanticEqual } from '../../../base/equality.ts';
import { checkNodeSelector } from '../../pod/placement/affinity-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEntries, forbidden, invalid, notFound, notSupported, required, searchLater, tooLong, tooMany } from '../../schema/field-error.ts';
import { signOfQuantity } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, keyPath, pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { byteLength, dns1123LabelFaults, labelValueFaults, qualifiedNameFaults, subdomainName } from '../../validation/name-rules.ts';
import { checkBindingConditions } from './allocation-rules.ts';
import { checkQualifiedName } from './attribute-names.ts';
import { checkRequestPolicy } from './capacity-rules.ts';
import { checkDistinct, checkEach, TAINT_EFFECTS } from './claim-rules.ts';
import type { Counter, Device, DeviceAttribute, DeviceTaint } from './device.ts';

const MAX_ATTRIBUTES_AND_CAPACITIES = 32;
const MAX_ATTRIBUTE_VALUES = 48;
const MAX_VALUE_BYTES = 64;
const MAX_TAINTS = 16;
const MAX_CONSUMED_SETS = 2;
const MAX_COUNTERS = 32;
/** Attributes that are counted in one step. */
const STEP_COUNT = 1_000;
const LISTS = ['bools', 'ints', 'strings', 'versions'] as const;
const NUMBER = '(0|[1-9]\\d*)';
const PRE_RELEASE = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const SEMANTIC_VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-${PRE_RELEASE}(\\.${PRE_RELEASE})*)?(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?$`,
);

function checkText(errors: FieldError[], text: string, path: FieldPath): void {
  if (byteLength(text) > MAX_VALUE_BYTES) errors.push(tooLong(pathText(path), MAX_VALUE_BYTES));
}

function checkVersion(errors: FieldError[], version: string, path: FieldPath): void {
  // Longer texts are refused in any case, and the expression sees bounded ones only.
  if (version.length > 4 * MAX_VALUE_BYTES || !SEMANTIC_VERSION.test(version)) {
    errors.push(invalid(pathText(path), version, 'must be a string compatible with semver.org spec 2.0.0'));
  }
  checkText(errors, version, path);
}

function checkAttribute(errors: FieldError[], attribute: DeviceAttribute, path: FieldPath): void {
  const { string: text, version } = attribute;
  if (text !== undefined) checkText(errors, text, childPath(path, 'string'));
  if (version !== undefined) checkVersion(errors, version, childPath(path, 'version'));
  for (const list of LISTS) {
    if (attribute[list]?.length === 0) errors.push(invalid(pathText(path, list), [], 'must not be empty if specified'));
  }
  attribute.strings?.forEach((item, i) => {
    checkText(errors, item, indexPath(childPath(path, 'strings'), i));
  });
  attribute.versions?.forEach((item, i) => {
    checkVersion(errors, item, indexPath(childPath(path, 'versions'), i));
  });
  const set = (['bool', 'int', 'string', 'version', ...LISTS] as const).filter((field) => attribute[field] !== undefined);
  if (set.length !== 1) errors.push(invalid(pathText(path), set.length === 0 ? '' : attribute, 'exactly one value must be specified'));
}

function checkSize(errors: FieldError[], { attributes = {}, capacity = {} }: Device, path: FieldPath): void {
  const exceeds = (what: string, max: number) => `the total number of ${what} must not exceed ${max}`;
  searchLater(function* () {
    const names = Object.keys(attributes);
    yield;
    const size = names.length + Object.keys(capacity).length;
    if (size > MAX_ATTRIBUTES_AND_CAPACITIES) {
      errors.push(invalid(pathText(path), size, exceeds('attributes and capacities', MAX_ATTRIBUTES_AND_CAPACITIES)));
    }
    let values = 0;
    for (const [i, name] of names.entries()) {
      if (i % STEP_COUNT === 0) yield;
      values += valueCount(attributes[name]);
    }
    if (values > MAX_ATTRIBUTE_VALUES) errors.push(invalid(pathText(path), values, exceeds('attribute values', MAX_ATTRIBUTE_VALUES)));
  });
}

/** Returns the number of an attribute's values; 1 if it has no list of them. */
const valueCount = (attribute: DeviceAttribute | undefined): number => LISTS.reduce((n, list) => n + (attribute?.[list]?.length ?? 0), 0) || 1;

function checkTaint(errors: FieldError[], { key, value = '', effect }: DeviceTaint, path: FieldPath): void {
  addFaults(errors, qualifiedNameFaults(key), key, path, 'key');
  if (value !== '') addFaults(errors, labelValueFaults(value), value, path, 'value');
  if (effect === '') errors.push(required(pathText(path, 'effect')));
  else if (!TAINT_EFFECTS.includes(effect)) errors.push(notSupported(pathText(path, 'effect'), effect, TAINT_EFFECTS));
}

/** Checks the counters of a set, or those that a device takes from it. */
export function checkCounters(errors: FieldError[], counters: Readonly<Record<string, Counter>> | null | undefined, path: FieldPath): void {
  const names = Object.keys(counters ?? {});
  if (names.length === 0) errors.push(required(pathText(path)));
  else if (names.length > MAX_COUNTERS) errors.push(tooMany(pathText(path), names.length, MAX_COUNTERS));
  else for (const name of names) addFaults(errors, dns1123LabelFaults(name), name, path);
}

/** Checks who can use a device, where each device of the slice says so. */
function checkNodes(errors: FieldError[], { nodeName, nodeSelector, allNodes }: Device, perDevice: boolean, path: FieldPath): void {
  const fields: string[] = [];
  if (!perDevice) {
    if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return;
    const why = '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    errors.push(invalid(pathText(path), null, why));
    return;
  }
  if (nodeName === '') errors.push(invalid(pathText(path, 'nodeName'), nodeName, 'must not be empty'));
  else if (nodeName !== undefined) {
    fields.push('`nodeName`');
    addFaults(errors, subdomainName(nodeName, false), nodeName, path, 'nodeName');
  }
  if (nodeSelector) {
    fields.push('`nodeSelector`');
    checkNodeSelector(errors, nodeSelector, childPath(path, 'nodeSelector'));
  }
  if (allNodes === false) errors.push(invalid(pathText(path, 'allNodes'), allNodes, 'must be either unset or set to true'));
  else if (allNodes) fields.push('`allNodes`');
  const one =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (fields.length === 0) errors.push(required(pathText(path), one));
  else if (fields.length > 1) errors.push(invalid(pathText(path), `{${fields.join(', ')}}`, one));
}

function checkMappings(errors: FieldError[], device: Device, path: FieldPath): void {
  checkEntries(device.nodeAllocatableResourceMappings ?? {}, (name, { capacityKey, allocationMultiplier }) => {
    const at = keyPath(path, name);
    addFaults(errors, qualifiedNameFaults(name), name, at);
    if (capacityKey !== undefined && device.capacity?.[capacityKey] === undefined) {
      errors.push(notFound(pathText(at, 'capacityKey'), capacityKey));
    }
    if (allocationMultiplier !== undefined && signOfQuantity(allocationMultiplier) <= 0) {
      errors.push(invalid(pathText(at, 'allocationMultiplier'), allocationMultiplier, 'must be positive'));
    }
  });
}

/** Checks a device. Parts that are stored as they are were valid once, and are not checked again. */
export function checkDevice(errors: FieldError[], device: Device, old: Device | undefined, perDevice: boolean, path: FieldPath): void {
  addFaults(errors, dns1123LabelFaults(device.name), device.name, path, 'name');
  checkSize(errors, device, path);
  checkEntries(device.attributes ?? {}, (name, attribute) => {
    const at = childPath(path, 'attributes');
    checkQualifiedName(errors, name, at);
    checkAttribute(errors, attribute, keyPath(at, name));
  });
  if (!old || !semanticEqual(device.capacity, old.capacity)) {
    checkEntries(device.capacity ?? {}, (name, capacity) => {
      const at = childPath(path, 'capacity');
      checkQualifiedName(errors, name, at);
      const policy = childPath(keyPath(at, name), 'requestPolicy');
      if (!capacity.requestPolicy) return;
      if (device.allowMultipleAllocations) checkRequestPolicy(errors, capacity.requestPolicy, capacity.value, policy);
      else errors.push(forbidden(pathText(policy), 'allowMultipleAllocations must be true'));
    });
  }
  if (!old || !semanticEqual(device.taints, old.taints)) {
    checkEach(errors, device.taints, MAX_TAINTS, childPath(path, 'taints'), (taint, at) => checkTaint(errors, taint, at));
  }
  const consumes = childPath(path, 'consumesCounters');
  checkDistinct(
    errors,
    device.consumesCounters,
    MAX_CONSUMED_SETS,
    consumes,
    (one) => one.counterSet,
    ({ counterSet, counters }, at) => {
      if (counterSet === '') errors.push(required(pathText(at, 'counterSet')));
      else addFaults(errors, dns1123LabelFaults(counterSet), counterSet, at, 'counterSet');
      checkCounters(errors, counters, childPath(at, 'counters'));
    },
  );
  checkNodes(errors, device, perDevice, path);
  checkBindingConditions(errors, device, path);
  checkMappings(errors, device, childPath(path, 'nodeAllocatableResourceMappings'));
}
