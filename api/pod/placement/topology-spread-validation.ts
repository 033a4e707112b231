import { keysOfSelector } from '../../meta/label-selector.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, forbidden, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkOptionalChoice, NOT_POSITIVE } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';
import type { TopologySpreadConstraint } from './affinity.ts';

const POLICIES: readonly string[] = ['Honor', 'Ignore'];

export function checkTopologySpread(errors: FieldError[], constraints: readonly TopologySpreadConstraint[], path: FieldPath): void {
  const identity = ({ topologyKey = '', whenUnsatisfiable = '' }: TopologySpreadConstraint) => JSON.stringify([topologyKey, whenUnsatisfiable]);
  const last = new Map(constraints.map((constraint, i) => [identity(constraint), i]));
  constraints.forEach((constraint, i) => {
    const at = indexPath(path, i);
    const { topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint;
    const maxSkew = constraint.maxSkew ?? 0;
    if (maxSkew <= 0) errors.push(invalid(pathText(at, 'maxSkew'), maxSkew, NOT_POSITIVE));
    if (topologyKey === '') errors.push(required(pathText(at, 'topologyKey'), 'can not be empty'));
    checkOptionalChoice(errors, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], at, 'whenUnsatisfiable');
    if (last.get(identity(constraint)) !== i)
      errors.push(duplicate(pathText(at, '{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`));
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.push(invalid(pathText(at, 'minDomains'), minDomains, NOT_POSITIVE));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        errors.push(
          invalid(pathText(at, 'minDomains'), minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`),
        );
      }
    }
    checkOptionalChoice(errors, constraint.nodeAffinityPolicy, POLICIES, at, 'nodeAffinityPolicy');
    checkOptionalChoice(errors, constraint.nodeTaintsPolicy, POLICIES, at, 'nodeTaintsPolicy');
    if (constraint.matchLabelKeys?.length) checkMatchLabelKeys(errors, constraint, childPath(at, 'matchLabelKeys'));
    checkLabelSelector(errors, constraint.labelSelector, childPath(at, 'labelSelector'));
  });
}

function checkMatchLabelKeys(errors: FieldError[], constraint: TopologySpreadConstraint, path: FieldPath): void {
  const selector = constraint.labelSelector;
  if (!selector) errors.push(forbidden(pathText(path), 'must not be specified when labelSelector is not set'));
  const named = keysOfSelector(selector);
  constraint.matchLabelKeys?.forEach((key, i) => {
    addFaults(errors, qualifiedNameFaults(key), key, indexPath(path, i));
    if (named.has(key)) errors.push(invalid(pathText(indexPath(path, i)), key, 'exists in both matchLabelKeys and labelSelector'));
  });
}
