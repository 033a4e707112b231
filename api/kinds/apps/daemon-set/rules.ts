import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import { defaultPodTemplate } from '../../../pod/template/pod-template-defaults.ts';
import { checkLongRunning, checkPodTemplate } from '../../../pod/template/pod-template-validation.ts';
import { podTemplateWarnings } from '../../../pod/template/pod-warnings.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { selectorFrom } from '../../../selector/selector.ts';
import { childPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { checkImmutable, checkNonNegative } from '../../../validation/field-rules.ts';
import { checkLabelSelector, isEmptySelector } from '../../../validation/label-selector.ts';
import { amountOf, checkAtMostWhole, checkIntOrPercent } from '../int-or-percent-validation.ts';
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from './schema.ts';
import { advanceTemplateGeneration, defaultTemplateGeneration, keepTemplateGeneration, startTemplateGeneration } from './template-generation.ts';

const SPEC = rootPath('spec');
const STATUS = rootPath('status');
const TEMPLATE = childPath(SPEC, 'template');
const STRATEGY = childPath(SPEC, 'updateStrategy');
const ROLLING = childPath(STRATEGY, 'rollingUpdate');
const COUNTERS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

function defaultDaemonSet(set: DaemonSet): void {
  defaultTemplateGeneration(set);
  const { spec } = set;
  if (!spec) return;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
}

function checkSpec(errors: FieldError[], spec: Partial<DaemonSetSpec>): void {
  const { selector, template = {} } = spec;
  const before = errors.length;
  checkLabelSelector(errors, selector, childPath(SPEC, 'selector'));
  const labels = template.metadata?.labels;
  // An invalid selector cannot be matched with the template.
  if (errors.length === before && !selectorFrom(selector).matches(labels)) {
    errors.push(invalid(pathText(TEMPLATE, 'metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`'));
  }
  if (selector && isEmptySelector(selector)) errors.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
  checkPodTemplate(errors, template, TEMPLATE);
  checkLongRunning(errors, template, 'DaemonSet', TEMPLATE);
  checkNonNegative(errors, spec.minReadySeconds, SPEC, 'minReadySeconds');
  checkStrategy(errors, spec.updateStrategy ?? {});
  checkNonNegative(errors, spec.revisionHistoryLimit, SPEC, 'revisionHistoryLimit');
}

function checkStrategy(errors: FieldError[], { type, rollingUpdate }: DaemonSetUpdateStrategy): void {
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    // Upstream shows the structure as its server holds it.
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
    const internal = { Type: type, RollingUpdate: rollingUpdate ? { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge } : null };
    errors.push(notSupported(pathText(STRATEGY), internal, ['RollingUpdate', 'OnDelete']));
  } else if (!rollingUpdate) errors.push(required(pathText(ROLLING)));
  else checkRollingUpdate(errors, rollingUpdate);
}

function checkRollingUpdate(errors: FieldError[], { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet): void {
  checkIntOrPercent(errors, maxUnavailable, ROLLING, 'maxUnavailable');
  checkIntOrPercent(errors, maxSurge, ROLLING, 'maxSurge');
  checkAtMostWhole(errors, maxUnavailable, ROLLING, 'maxUnavailable');
  checkAtMostWhole(errors, maxSurge, ROLLING, 'maxSurge');
  const unavailable = amountOf(maxUnavailable) !== 0;
  const surge = amountOf(maxSurge) !== 0;
  if (unavailable && surge) {
    errors.push(invalid(pathText(ROLLING, 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!unavailable && !surge) {
    errors.push(required(pathText(ROLLING, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0'));
  }
}

function validate(set: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  checkSpec(errors, set.spec ?? {});
  return errors;
}

function validateUpdate(set: DaemonSet, old: Live<DaemonSet>): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(errors, set.spec?.selector, old.spec?.selector, 'spec.selector');
  checkSpec(errors, set.spec ?? {});
  return errors;
}

function validateStatusUpdate({ status }: DaemonSet, old: Live<DaemonSet>): FieldError[] {
  const errors: FieldError[] = [];
  for (const counter of COUNTERS) checkNonNegative(errors, status?.[counter], STATUS, counter);
  const before = old.status?.collisionCount;
  const collisions = status?.collisionCount;
  if (before !== undefined && (collisions === undefined || collisions < before)) {
    errors.push(invalid('status.collisionCount', collisions ?? 0, 'cannot be decremented'));
  }
  return errors;
}

export const daemonSetStrategy: Strategy<DaemonSet> = {
  generation: 'content',
  default: defaultDaemonSet,
  prepareForCreate: (set) => {
    set.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    startTemplateGeneration(set);
  },
  prepareForUpdate: (set, old) => {
    set.status = old.status;
    advanceTemplateGeneration(set, old);
  },
  prepareForStatusUpdate: (set, old) => {
    set.spec = old.spec;
    keepTemplateGeneration(set, old);
  },
  validate,
  validateUpdate,
  validateStatusUpdate,
  warnings: (set, old) => podTemplateWarnings(set, old, set.spec?.template, 'spec.template', { naming: false }),
};
