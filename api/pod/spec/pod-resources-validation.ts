import { own } from '../../../base/json.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid } from '../../schema/field-error.ts';
import { compareQuantities } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, entryText, indexPath, keyPath, pathText } from '../../validation/field-path.ts';
import { isPodLevelResource } from '../resources/resource-names.ts';
import type { ResourceRequirements } from '../resources/resources.ts';
import { checkResources } from '../resources/resources-validation.ts';
import { aggregateContainers } from './container-requests.ts';
import type { PodSpec } from './pod-spec.ts';

/** Checks the resources of the pod as a whole, into which its containers must fit (KEP-2837). */
export function checkPodResources(
  errors: FieldError[],
  spec: PodSpec,
  resources: ResourceRequirements,
  claims: ReadonlySet<string>,
  path: FieldPath,
): void {
  if (resources.claims) errors.push(forbidden(pathText(path, 'claims'), 'claims cannot be set for Resources at pod-level'));
  checkResources(errors, resources, claims, 'pod', path);
  if (!resources.requests && !resources.limits) return;
  const needed = aggregateContainers(spec, (container) => container.resources?.requests);
  for (const name in needed) {
    if (!isPodLevelResource(name)) continue;
    const ofPod = own(resources.requests, name) ?? '0';
    const ofContainers = needed[name] ?? '0';
    if (compareQuantities(ofContainers, ofPod) > 0) {
      const why = `must be greater than or equal to aggregate container requests of ${ofContainers}`;
      errors.push(invalid(entryText(path, 'requests', name), ofPod, why));
    }
  }
  spec.containers?.forEach((container, i) => {
    for (const name in container.resources?.limits) {
      const limit = own(container.resources?.limits, name) ?? '0';
      const ofPod = own(resources.limits, name);
      if (ofPod !== undefined && compareQuantities(limit, ofPod) > 0) {
        const at = keyPath(indexPath(childPath(path, 'containers'), i), name);
        errors.push(invalid(pathText(at, 'limits'), limit, `must be less than or equal to pod limits of ${ofPod}`));
      }
    }
  });
}
