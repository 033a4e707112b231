import { checkContainerResourceName } from '../../../pod/resources/resource-quantity-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { signOfQuantity } from '../../../schema/quantity.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../../validation/field-path.ts';
import { addFaults } from '../../../validation/field-rules.ts';
import { dns1123LabelFaults, pathSegmentName } from '../../../validation/name-rules.ts';
import type { CrossVersionObjectReference, MetricIdentifier, MetricSpec, MetricTarget } from './metrics.ts';

/** In upstream's order of checks. */
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
type Source = (typeof SOURCES)[number];
const SOURCE_OF_TYPE: Readonly<Record<string, Source>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const SOURCE_TYPES = Object.keys(SOURCE_OF_TYPE);
const TARGET_TYPES: readonly string[] = ['Utilization', 'Value', 'AverageValue'];
const VALUE_OR_UTILIZATION = 'must set either a target raw value or a target utilization';
const VALUE_AND_UTILIZATION = 'may not set both a target raw value and a target utilization';

/** Tells what is wrong with a group version; undefined if nothing is. An object of the core group needs `coreGroup`. */
function apiVersionFault(apiVersion: string, coreGroup: boolean): string | undefined {
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = slashes === 0 ? '' : apiVersion.slice(0, apiVersion.indexOf('/'));
  return group === '' && !coreGroup ? 'apiVersion must specify API group' : undefined;
}

export interface ReferenceRules {
  /** Whether the object may be of the core group. */
  readonly coreGroup: boolean;
  /** Set if the stored object has a bad one already. */
  readonly anyApiVersion: boolean;
}

export function checkReference(errors: FieldError[], reference: CrossVersionObjectReference, path: FieldPath, rules: ReferenceRules): void {
  for (const field of ['kind', 'name'] as const) {
    if (reference[field] === '') errors.push(required(pathText(path, field)));
    else addFaults(errors, pathSegmentName(reference[field], false), reference[field], path, field);
  }
  if (rules.anyApiVersion) return;
  const { apiVersion = '' } = reference;
  const fault = apiVersionFault(apiVersion, rules.coreGroup);
  if (fault !== undefined) errors.push(invalid(pathText(path, 'apiVersion'), apiVersion, fault));
}

function checkIdentifier(errors: FieldError[], { name }: MetricIdentifier, path: FieldPath): void {
  if (name === '') errors.push(required(pathText(path, 'metric', 'name'), 'must specify a metric name'));
  else addFaults(errors, pathSegmentName(name, false), name, path, 'metric', 'name');
}

function checkTarget(errors: FieldError[], target: MetricTarget, path: FieldPath): void {
  const { type, averageUtilization } = target;
  if (type === '') errors.push(required(pathText(path, 'type'), 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) errors.push(invalid(pathText(path, 'type'), type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue'] as const) {
    const value = target[field];
    if (value !== undefined && signOfQuantity(value) <= 0) errors.push(invalid(pathText(path, field), value, 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(pathText(path, 'averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
}

function checkValueOrUtilization(errors: FieldError[], target: MetricTarget, path: FieldPath): void {
  checkTarget(errors, target, path);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    errors.push(required(pathText(path, 'averageUtilization'), VALUE_OR_UTILIZATION));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push(forbidden(pathText(path, 'averageValue'), VALUE_AND_UTILIZATION));
  }
}

const hasNoValue = ({ value, averageValue }: MetricTarget): boolean => value === undefined && averageValue === undefined;

function checkSource(errors: FieldError[], metric: MetricSpec, source: Source, path: FieldPath, described: ReferenceRules): void {
  const target = childPath(path, 'target');
  const { object, external, pods, resource, containerResource } = metric;
  if (source === 'object' && object) {
    checkReference(errors, object.describedObject, childPath(path, 'describedObject'), described);
    checkIdentifier(errors, object.metric, path);
    checkTarget(errors, object.target, target);
    if (hasNoValue(object.target)) errors.push(required(pathText(target, 'averageValue'), 'must set either a target value or averageValue'));
  } else if (source === 'external' && external) {
    checkIdentifier(errors, external.metric, path);
    checkTarget(errors, external.target, target);
    const { value, averageValue } = external.target;
    if (hasNoValue(external.target)) {
      errors.push(required(pathText(target, 'averageValue'), 'must set either a target value for metric or a per-pod target'));
    } else if (value !== undefined && averageValue !== undefined) {
      errors.push(forbidden(pathText(target, 'value'), 'may not set both a target value for metric and a per-pod target'));
    }
  } else if (source === 'pods' && pods) {
    checkIdentifier(errors, pods.metric, path);
    checkTarget(errors, pods.target, target);
    if (pods.target.averageValue === undefined) {
      errors.push(required(pathText(target, 'averageValue'), 'must specify a positive target averageValue'));
    }
  } else if (source === 'resource' && resource) {
    if (resource.name === '') errors.push(required(pathText(path, 'name'), 'must specify a resource name'));
    checkValueOrUtilization(errors, resource.target, target);
  } else if (source === 'containerResource' && containerResource) {
    const { name, container } = containerResource;
    if (name === '') errors.push(required(pathText(path, 'name'), 'must specify a resource name'));
    else checkContainerResourceName(errors, name, childPath(path, 'name'));
    if (container === '') errors.push(required(pathText(path, 'container'), 'must specify a container'));
    else addFaults(errors, dns1123LabelFaults(container), container, path, 'container');
    checkValueOrUtilization(errors, containerResource.target, target);
  }
}

function checkMetric(errors: FieldError[], metric: MetricSpec, path: FieldPath, described: ReferenceRules): void {
  const { type } = metric;
  const expected = SOURCE_OF_TYPE[type];
  if (type === '') errors.push(required(pathText(path, 'type'), 'must specify a metric source type'));
  // Upstream reports an unknown type twice; its handling of errors drops what is said twice.
  if (expected === undefined)
    errors.push(notSupported(pathText(path, 'type'), type, SOURCE_TYPES), notSupported(pathText(path, 'type'), type, SOURCE_TYPES));
  const present = SOURCES.filter((source) => metric[source] !== undefined);
  const [first] = present;
  if (first !== undefined) checkSource(errors, metric, first, childPath(path, first), described);
  if (expected !== undefined && metric[expected] === undefined) {
    errors.push(required(pathText(path, expected), 'must populate information for the given metric source'));
  }
  if (present.length === 1) return;
  for (const source of present) {
    if (source !== expected) errors.push(forbidden(pathText(path, source), 'must populate the given metric source only'));
  }
}

/** Checks the metrics of a spec. Scaling to zero needs a metric that does not come from the pods themselves. */
export function checkMetrics(
  errors: FieldError[],
  metrics: readonly MetricSpec[],
  minReplicas: number | undefined,
  path: FieldPath,
  described: ReferenceRules,
): void {
  metrics.forEach((metric, i) => {
    checkMetric(errors, metric, indexPath(path, i), described);
  });
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    errors.push(forbidden(pathText(path), 'must specify at least one Object or External metric to support scaling to zero replicas'));
  }
}
