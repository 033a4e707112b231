import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import { isWhole } from '../../../pod/resources/resource-quantity-validation.ts';
import { podTemplateWarnings } from '../../../pod/template/pod-warnings.ts';
import { labelName } from '../../../validation/name-rules.ts';
import { defaultStatefulSet, dropMaxUnavailable } from './defaults.ts';
import type { StatefulSet } from './schema.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './validation.ts';

function warnings(set: StatefulSet, old: Live<StatefulSet> | undefined): string[] {
  if (old && old.metadata.generation === set.metadata?.generation) return [];
  const texts = podTemplateWarnings(set, old, set.spec?.template, 'spec.template', { naming: false });
  set.spec?.volumeClaimTemplates?.forEach(({ spec }, i) => {
    const amount = spec?.resources?.requests?.storage;
    if (amount === undefined || isWhole(amount)) return;
    const field = `spec.volumeClaimTemplates[${i}].spec.resources.requests[storage]`;
    texts.push(`${field}: fractional byte value "${amount}" is invalid, must be an integer`);
  });
  if ((set.spec?.revisionHistoryLimit ?? 0) < 0) {
    texts.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
  }
  return texts;
}

export const statefulSetStrategy: Strategy<StatefulSet> = {
  generation: 'content',
  validateName: labelName,
  default: defaultStatefulSet,
  prepareForCreate: (set) => {
    set.status = { replicas: 0, availableReplicas: 0 };
    dropMaxUnavailable(set, undefined);
  },
  prepareForUpdate: (set, old) => {
    set.status = old.status;
    dropMaxUnavailable(set, old);
  },
  prepareForStatusUpdate: (set, old) => {
    set.spec = old.spec;
  },
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  validateStatusUpdate: validateStatefulSetStatus,
  warnings,
};
