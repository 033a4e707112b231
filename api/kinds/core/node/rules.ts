import { markAs } from '../../../../base/json/long-values.ts';
import { setOwn } from '../../../../base/json.ts';
import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import { roundAmounts } from '../../../pod/container/container-defaults.ts';
import type { Taint } from '../../../pod/placement/taint.ts';
import { TAINT_EFFECTS } from '../../../pod/placement/toleration-validation.ts';
import { checkResourceQuantity } from '../../../pod/resources/resource-quantity-validation.ts';
import { defaultEntries } from '../../../schema/default-later.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { checkEach, checkEntries, duplicate, forbidden, invalid, required } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkChoice } from '../../../validation/field-rules.ts';
import { checkCidr, isDualStackCidrs } from '../../../validation/ip-rules.ts';
import { checkRepeats } from '../../../validation/list-rules.ts';
import { byteLength, configKeyFaults, labelName, labelValueFaults, qualifiedNameFaults, subdomainName } from '../../../validation/name-rules.ts';
import type { ConfigMapNodeConfigSource, Node, NodeConfigSource } from './schema.ts';

const STATUS = rootPath('status');
const POD_CIDRS = childPath(rootPath('spec'), 'podCIDRs');
/** Upstream reports taints as if they stood in the metadata. */
const TAINTS = childPath(rootPath('metadata'), 'taints');

function setDefaults(node: Node): void {
  const { spec, status } = node;
  if (spec?.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  const first = spec?.podCIDRs?.[0];
  if (spec && first) spec.podCIDR = first;
  if (!status) return;
  const { capacity, allocatable } = status;
  if (capacity && !allocatable) {
    const copied = markAs<Record<string, string>>({}, capacity);
    status.allocatable = copied;
    defaultEntries(capacity, (name, amount) => setOwn(copied, name, amount));
  }
  roundAmounts(capacity);
  roundAmounts(status.allocatable);
}

function validate(node: Node): FieldError[] {
  const errors: FieldError[] = [];
  if (node.spec?.taints) checkTaints(errors, node.spec.taints);
  checkAmounts(errors, node);
  checkDeclaredFeatures(errors, node.status?.declaredFeatures ?? []);
  const cidrs = node.spec?.podCIDRs ?? [];
  checkEach(cidrs, (cidr, i) => {
    checkCidr(errors, cidr, indexPath(POD_CIDRS, i));
  });
  if (cidrs.length > 1) {
    if (cidrs.length > 2 || !isDualStackCidrs(cidrs)) {
      errors.push(invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family'));
    }
    checkRepeats(cidrs, (cidr, i) => errors.push(duplicate(`spec.podCIDRs[${i}]`, cidr)));
  }
  return errors;
}

function checkTaints(errors: FieldError[], taints: readonly Taint[]): void {
  const seen = new Set<string>();
  checkEach(taints, (taint, i) => {
    const at = indexPath(TAINTS, i);
    const { key = '', value = '', effect = '' } = taint;
    addFaults(errors, qualifiedNameFaults(key), key, at, 'key');
    const faults = labelValueFaults(value);
    if (faults.length > 0) errors.push(invalid(pathText(at, 'value'), value, faults.join(';')));
    checkChoice(errors, effect, TAINT_EFFECTS, at, 'effect');
    const pair = `${effect}/${key}`;
    if (seen.has(pair)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null };
      errors.push(duplicate(pathText(at), shown, 'taints must be unique by key and effect pair'));
    }
    seen.add(pair);
  });
}

function checkAmounts(errors: FieldError[], node: Node): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    const amounts = node.status?.[list];
    if (amounts)
      checkEntries(amounts, (name, amount) => checkResourceQuantity(errors, name, amount ?? '0', childPath(childPath(STATUS, list), name)));
  }
}

const FEATURE_NAME = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;
const MAX_FEATURE_NAME_BYTES = 253;

/** Returns the fault of a feature's name; undefined if it has none. */
function featureNameFault(name: string): string | undefined {
  const text = `invalid feature name ${JSON.stringify(name)}`;
  if (byteLength(name) > MAX_FEATURE_NAME_BYTES) return `${text}: must be no more than ${MAX_FEATURE_NAME_BYTES} characters`;
  if (FEATURE_NAME.test(name)) return undefined;
  return `${text}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
}

/** Checks that features have valid names, are sorted and stand there once each. */
function checkDeclaredFeatures(errors: FieldError[], features: readonly string[]): void {
  checkEach(features, (name, i) => {
    const field = `status.declaredFeatures[${i}]`;
    const fault = featureNameFault(name);
    const before = features[i - 1];
    if (before !== undefined && before > name) errors.push(invalid(field, name, 'list must be sorted alphabetically'));
    else if (before === name) errors.push(duplicate(field, name));
    if (fault !== undefined) errors.push(invalid(field, name, fault));
  });
}

function checkUpdate(node: Node, old: Live<Node>): FieldError[] {
  const errors: FieldError[] = [];
  checkAmounts(errors, node);
  checkDeclaredFeatures(errors, node.status?.declaredFeatures ?? []);
  const seen = new Set<string>();
  checkEach(node.status?.addresses ?? [], (address, i) => {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) errors.push(duplicate(`status.addresses[${i}]`, { Type: address.type, Address: address.address }));
    seen.add(key);
  });
  const cidrs = node.spec?.podCIDRs ?? [];
  const before = old.spec?.podCIDRs ?? [];
  const moved = before.length > 0 && (before.length !== cidrs.length || before.some((cidr, i) => cidr !== cidrs[i]));
  if (moved) errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  if (node.spec?.configSource) checkConfigSource(errors, node.spec.configSource, false, childPath(rootPath('spec'), 'configSource'));
  for (const part of ['assigned', 'active', 'lastKnownGood'] as const) {
    const source = node.status?.config?.[part];
    if (source) checkConfigSource(errors, source, true, childPath(childPath(STATUS, 'config'), part));
  }
  if (node.spec?.taints) checkTaints(errors, node.spec.taints);
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) errors.push(forbidden('spec.externalID', 'may not be updated'));
  return errors;
}

/** Dynamic kubelet configuration was removed, but its fields keep their rules. In a status the source is pinned, in a spec it is not. */
function checkConfigSource(errors: FieldError[], source: NodeConfigSource, pinned: boolean, path: FieldPath): void {
  if (!source.configMap) {
    errors.push(invalid(pathText(path), source, 'exactly one reference subfield must be non-nil'));
    return;
  }
  const at = childPath(path, 'configMap');
  for (const field of ['uid', 'resourceVersion'] as const) {
    const value = source.configMap[field];
    if (pinned && !value) errors.push(required(pathText(at, field), `${field} must be set in status`));
    if (!pinned && value) errors.push(forbidden(pathText(at, field), `${field} must not be set in spec`));
  }
  checkConfigMap(errors, source.configMap, at);
}

function checkConfigMap(errors: FieldError[], source: ConfigMapNodeConfigSource, path: FieldPath): void {
  for (const [field, rule] of [
    ['namespace', labelName],
    ['name', subdomainName],
    ['kubeletConfigKey', configKeyFaults],
  ] as const) {
    const value = source[field];
    if (!value) errors.push(required(pathText(path, field), `${field} must be set`));
    else addFaults(errors, rule(value, false), value, path, field);
  }
}

export const nodeStrategy: Strategy<Node> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default: setDefaults,
  prepareForUpdate: (node, old) => {
    node.status = old.status;
  },
  prepareForStatusUpdate: (node, old) => {
    node.spec = old.spec;
  },
  validate,
  validateUpdate: (node, old) => [...validate(node), ...checkUpdate(node, old)],
  validateStatusUpdate: checkUpdate,
  warnings: ({ spec }) => [
    ...(spec?.configSource ? ['spec.configSource: deprecated in v1.22, support removed in v1.24'] : []),
    ...(spec?.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
  ],
  selectableFields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
};
