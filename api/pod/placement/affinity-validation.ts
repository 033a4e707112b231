import type { LabelSelector } from '../../meta/label-selector.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, forbidden, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { labelName, labelValueFaults, qualifiedNameFaults, subdomainName } from '../../validation/name-rules.ts';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  WeightedPodAffinityTerm,
} from './affinity.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function checkAffinity(errors: FieldError[], affinity: Affinity | undefined, path: FieldPath): void {
  if (!affinity) return;
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity) {
    const at = childPath(path, 'nodeAffinity');
    if (nodeAffinity[REQUIRED]) checkNodeSelector(errors, nodeAffinity[REQUIRED], childPath(at, REQUIRED));
    checkEach(nodeAffinity[PREFERRED] ?? [], (term, i) => {
      const termPath = indexPath(childPath(at, PREFERRED), i);
      checkWeight(errors, term.weight, termPath);
      checkNodeSelectorTerm(errors, term.preference ?? {}, false, childPath(termPath, 'preference'));
    });
  }
  if (podAffinity) checkPodAffinity(errors, podAffinity, childPath(path, 'podAffinity'));
  if (podAntiAffinity) checkPodAffinity(errors, podAntiAffinity, childPath(path, 'podAntiAffinity'));
}

function checkWeight(errors: FieldError[], weight: number | undefined, path: FieldPath): void {
  const value = weight ?? 0;
  if (value < 1 || value > 100) errors.push(invalid(pathText(path, 'weight'), value, 'must be in the range 1-100'));
}

export function checkNodeSelector(errors: FieldError[], selector: NodeSelector, path: FieldPath): void {
  const at = childPath(path, 'nodeSelectorTerms');
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) errors.push(required(pathText(at), 'must have at least one node selector term'));
  checkEach(terms, (term, i) => {
    checkNodeSelectorTerm(errors, term, true, indexPath(at, i));
  });
}

/** A preference may name values that no label can have: it is never met then. */
function checkNodeSelectorTerm(errors: FieldError[], term: NodeSelectorTerm, checkValues: boolean, path: FieldPath): void {
  checkEach(term.matchExpressions ?? [], (requirement, i) => {
    checkExpression(errors, requirement, checkValues, indexPath(childPath(path, 'matchExpressions'), i));
  });
  checkEach(term.matchFields ?? [], (requirement, i) => {
    checkFieldExpression(errors, requirement, indexPath(childPath(path, 'matchFields'), i));
  });
}

function checkExpression(errors: FieldError[], requirement: NodeSelectorRequirement, checkValues: boolean, path: FieldPath): void {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(pathText(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) errors.push(forbidden(pathText(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.push(required(pathText(path, 'values'), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(pathText(path, 'operator'), requirement.operator ?? '', 'not a valid selector operator'));
  }
  addFaults(errors, qualifiedNameFaults(requirement.key ?? ''), requirement.key ?? '', path, 'key');
  if (!checkValues) return;
  checkEach(values, (value, i) => {
    addFaults(errors, labelValueFaults(value), value, indexPath(childPath(path, 'values'), i));
  });
}

function checkFieldExpression(errors: FieldError[], requirement: NodeSelectorRequirement, path: FieldPath): void {
  const values = requirement.values ?? [];
  if (requirement.operator !== 'In' && requirement.operator !== 'NotIn') {
    errors.push(invalid(pathText(path, 'operator'), requirement.operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    errors.push(required(pathText(path, 'values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (requirement.key !== 'metadata.name') {
    errors.push(invalid(pathText(path, 'key'), requirement.key ?? '', 'not a valid field selector key'));
    return;
  }
  checkEach(values, (value, i) => {
    addFaults(errors, subdomainName(value, false), value, indexPath(childPath(path, 'values'), i));
  });
}

function checkPodAffinity(errors: FieldError[], affinity: PodAffinity, path: FieldPath): void {
  checkEach(affinity[REQUIRED] ?? [], (term, i) => {
    checkPodAffinityTerm(errors, term, indexPath(childPath(path, REQUIRED), i));
  });
  checkEach(affinity[PREFERRED] ?? [], (term: WeightedPodAffinityTerm, i) => {
    const at = indexPath(childPath(path, PREFERRED), i);
    checkWeight(errors, term.weight, at);
    checkPodAffinityTerm(errors, term.podAffinityTerm ?? { topologyKey: '' }, childPath(at, 'podAffinityTerm'));
  });
}

function checkPodAffinityTerm(errors: FieldError[], term: PodAffinityTerm, path: FieldPath): void {
  checkLabelSelector(errors, term.labelSelector, childPath(path, 'labelSelector'));
  checkLabelSelector(errors, term.namespaceSelector, childPath(path, 'namespaceSelector'));
  for (const namespace of term.namespaces ?? []) addFaults(errors, labelName(namespace, false), namespace, path, 'namespace');
  checkLabelKeys(errors, term.matchLabelKeys ?? [], term.labelSelector, path, 'matchLabelKeys');
  checkLabelKeys(errors, term.mismatchLabelKeys ?? [], term.labelSelector, path, 'mismatchLabelKeys');
  checkKeysOfSelector(errors, term, path);
  const matched = term.matchLabelKeys ?? [];
  const mismatched = new Set(matched.length > 0 ? term.mismatchLabelKeys : []);
  checkEach(matched, (key, i) => {
    if (mismatched.has(key)) {
      errors.push(invalid(`${pathText(path, 'matchLabelKeys')}[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
    }
  });
  const key = term.topologyKey ?? '';
  if (key === '') errors.push(required(pathText(path, 'topologyKey'), 'can not be empty'));
  addFaults(errors, qualifiedNameFaults(key), key, path, 'topologyKey');
}

function checkLabelKeys(errors: FieldError[], keys: readonly string[], selector: LabelSelector | undefined, path: FieldPath, name: string): void {
  if (keys.length === 0) return;
  if (!selector) {
    errors.push(forbidden(pathText(path, name), 'must not be specified when labelSelector is not set'));
    return;
  }
  checkEach(keys, (key, i) => {
    addFaults(errors, qualifiedNameFaults(key), key, indexPath(childPath(path, name), i));
  });
}

/** A key of matchLabelKeys that the selector names already, twice: once by the user, once as the key was merged in. */
function checkKeysOfSelector(errors: FieldError[], term: PodAffinityTerm, path: FieldPath): void {
  if (!term.labelSelector || !term.matchLabelKeys?.length) return;
  const named = new Set(Object.keys(term.labelSelector.matchLabels ?? {}));
  const places = new Map(term.matchLabelKeys.toReversed().map((key, i, { length }) => [key, length - 1 - i]));
  for (const { key } of term.labelSelector.matchExpressions ?? []) {
    const index = places.get(key);
    if (index !== undefined && named.has(key))
      errors.push(invalid(pathText(indexPath(path, index)), key, 'exists in both matchLabelKeys and labelSelector'));
    named.add(key);
  }
}
