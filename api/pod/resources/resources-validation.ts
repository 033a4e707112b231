import { own } from '../../../base/json.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from '../../schema/field-error.ts';
import { compareQuantities, valueOfQuantity } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, keyPath, pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { dns1123LabelFaults } from '../../validation/name-rules.ts';
import { hugePageSize, isHugePages, isOvercommitAllowed, isPodLevelResource } from './resource-names.ts';
import { checkContainerResourceName, checkResourceName, checkResourceQuantity } from './resource-quantity-validation.ts';
import type { ResourceClaim, ResourceRequirements } from './resources.ts';

const isComputeResource = (name: string): boolean => name === 'cpu' || name === 'memory';

/**
 * Checks requests and limits of a container, of a pod as a whole, or of an overhead.
 * `claims` holds the names of the pod's resource claims; undefined if none may be named.
 */
export function checkResources(
  errors: FieldError[],
  resources: ResourceRequirements,
  claims: ReadonlySet<string> | undefined,
  level: 'container' | 'pod',
  path: FieldPath,
): void {
  const limits = resources.limits ?? {};
  const requests = resources.requests ?? {};
  let compute = false;
  let hugePages = false;
  for (const [list, field] of [
    [limits, 'limits'],
    [requests, 'requests'],
  ] as const) {
    for (const name in list) {
      const quantity = list[name] ?? '0';
      const at = keyPath(childPath(path, field), name);
      if (level === 'container') checkContainerResourceName(errors, name, at);
      else checkPodResourceName(errors, name, at);
      checkResourceQuantity(errors, name, quantity, at);
      if (field === 'requests') checkRequestWithinLimit(errors, name, quantity, own(limits, name), path);
      if (isHugePages(name)) {
        hugePages = true;
        checkHugePages(errors, name, quantity, at);
      }
      compute ||= isComputeResource(name);
    }
  }
  if (hugePages && !compute) errors.push(forbidden(pathText(path), 'HugePages require cpu or memory'));
  if (resources.claims) checkClaims(errors, resources.claims, claims ?? new Set(), childPath(path, 'claims'));
}

function checkPodResourceName(errors: FieldError[], name: string, path: FieldPath): void {
  const before = errors.length;
  checkResourceName(errors, name, path);
  if (errors.length === before && !isPodLevelResource(name)) errors.push(notSupported(pathText(path), name, ['cpu', 'hugepages-', 'memory']));
}

function checkRequestWithinLimit(errors: FieldError[], name: string, request: string, limit: string | undefined, path: FieldPath): void {
  if (limit === undefined) {
    if (!isOvercommitAllowed(name)) errors.push(required(pathText(path, 'limits'), 'Limit must be set for non overcommitable resources'));
    return;
  }
  const order = compareQuantities(request, limit);
  if (order !== 0 && !isOvercommitAllowed(name)) {
    errors.push(invalid(pathText(path, 'requests'), request, `must be equal to ${name} limit of ${limit}`));
  } else if (order > 0) {
    errors.push(invalid(pathText(path, 'requests'), request, `must be less than or equal to ${name} limit of ${limit}`));
  }
}

function checkHugePages(errors: FieldError[], name: string, quantity: string, path: FieldPath): void {
  const size = pageBytes(name);
  if (size === undefined || valueOfQuantity(quantity) % size !== 0) {
    errors.push(invalid(pathText(path), quantity, `${quantity} is not positive integer multiple of ${name}`));
  }
}

function pageBytes(name: string): number | undefined {
  const match = /^(\d+)(Ki|Mi|Gi|Ti)?$/.exec(hugePageSize(name));
  if (!match || Number(match[1]) === 0) return undefined;
  return valueOfQuantity(match[0]);
}

function checkClaims(errors: FieldError[], claims: readonly ResourceClaim[], known: ReadonlySet<string>, path: FieldPath): void {
  const seen = new Set<string>();
  /** Claims that are named with a request. */
  const inParts = new Set<string>();
  claims.forEach((claim, i) => {
    const at = indexPath(path, i);
    const { name } = claim;
    if (!name) {
      errors.push(required(pathText(at)));
      return;
    }
    if (seen.has(name)) errors.push(duplicate(pathText(at), name));
    else {
      if (claim.request) addFaults(errors, dns1123LabelFaults(claim.request), claim.request, at, 'request');
      const key = claim.request ? `${name}/${claim.request}` : name;
      const overlaps = seen.has(key) || (!claim.request && inParts.has(name));
      if (overlaps) errors.push(duplicate(pathText(at), key));
      seen.add(key);
      if (claim.request) inParts.add(name);
    }
    if (!known.has(name)) {
      const names = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
      errors.push(notFound(pathText(at), name, `must be one of the names in pod.spec.resourceClaims${names}`));
    }
  });
}
