import type { ConstraintsByPath, Rule } from './placement.ts';
import { atMostWhole, dnsLabel, immutable, intOrPercent, notNegative, portNumber, portOrNone } from './values.ts';

/** The most items that lists and maps with rules may have: the cost of a rule about all of them must have a bound. */
const MAX_LABELS = 128;
const MAX_REQUIREMENTS = 64;
const MAX_VALUES = 64;
const MAX_CONTAINERS = 256;
const MAX_PORTS = 256;
const LABEL_VALUE = 63;
/** Prefix, slash and name. */
const LABEL_KEY = 317;

const labels = { maxProperties: MAX_LABELS, maxValueLength: LABEL_VALUE };

const HAS_LABELS = 'has(self.template) && has(self.template.metadata) && has(self.template.metadata.labels)';
const MISMATCH: Omit<Rule, 'rule'> = {
  message: '`selector` does not match template `labels`',
  fieldPath: '.template.metadata.labels',
};

/** Returns the rule that all labels of a map are among those of the template. */
const mapMatches = (path: string): string =>
  `${path}.all(key, ${HAS_LABELS} && key in self.template.metadata.labels && self.template.metadata.labels[key] == ${path}[key])`;

const HAS_KEY = `(${HAS_LABELS} && e.key in self.template.metadata.labels)`;
const HAS_VALUE = `(${HAS_KEY} && has(e.values) && self.template.metadata.labels[e.key] in e.values)`;
const expressionMatches =
  "self.selector.matchExpressions.all(e, e.operator == 'In' ? " +
  `${HAS_VALUE} : e.operator == 'NotIn' ? !${HAS_VALUE} : e.operator == 'Exists' ? ${HAS_KEY} : e.operator != 'DoesNotExist' || !${HAS_KEY})`;

const templateRequired: Rule = { rule: 'has(self.template)', message: 'Required value', fieldPath: '.template', reason: 'FieldValueRequired' };

const requirements: ConstraintsByPath = {
  'spec.selector.matchExpressions': { maxItems: MAX_REQUIREMENTS },
  'spec.selector.matchExpressions[].key': { maxLength: LABEL_KEY },
  'spec.selector.matchExpressions[].values': { maxItems: MAX_VALUES },
  'spec.selector.matchExpressions[].values[]': { maxLength: LABEL_VALUE },
  'spec.selector.matchExpressions[]': {
    rules: [
      {
        rule: "!(self.operator in ['In', 'NotIn']) || (has(self.values) && size(self.values) > 0)",
        message: "must be specified when `operator` is 'In' or 'NotIn'",
        fieldPath: '.values',
        reason: 'FieldValueRequired',
      },
      {
        rule: "!(self.operator in ['Exists', 'DoesNotExist']) || !has(self.values) || size(self.values) == 0",
        message: "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        fieldPath: '.values',
        reason: 'FieldValueForbidden',
      },
      { rule: "self.operator in ['In', 'NotIn', 'Exists', 'DoesNotExist']", message: 'not a valid selector operator', fieldPath: '.operator' },
    ],
  },
};

/** The pods of a template: they run without end, and their containers have names, images and ports that can be. */
const template = (controller: string): ConstraintsByPath => ({
  'spec.template.metadata.labels': labels,
  'spec.template.spec.restartPolicy': { enum: ['Always'] },
  'spec.template.spec': {
    rules: [
      { rule: 'size(self.containers) > 0', message: 'Required value', fieldPath: '.containers', reason: 'FieldValueRequired' },
      {
        rule: '!has(self.activeDeadlineSeconds)',
        message: `activeDeadlineSeconds in ${controller} is not Supported`,
        fieldPath: '.activeDeadlineSeconds',
        reason: 'FieldValueForbidden',
      },
    ],
  },
  'spec.template.spec.terminationGracePeriodSeconds': { rules: [notNegative] },
  'spec.template.spec.containers': { maxItems: MAX_CONTAINERS },
  'spec.template.spec.containers[].ports': { maxItems: MAX_PORTS },
  'spec.template.spec.initContainers': { maxItems: MAX_CONTAINERS },
  'spec.template.spec.initContainers[].ports': { maxItems: MAX_PORTS },
  'spec.template.spec.containers[]': { rules: [imageRequired] },
  'spec.template.spec.containers[].name': dnsLabel(false),
  'spec.template.spec.containers[].ports[].containerPort': { rules: [portNumber] },
  'spec.template.spec.containers[].ports[].hostPort': { rules: [portOrNone] },
  'spec.template.spec.initContainers[]': { rules: [imageRequired] },
  'spec.template.spec.initContainers[].name': dnsLabel(false),
  'spec.template.spec.initContainers[].ports[].containerPort': { rules: [portNumber] },
});

const imageRequired: Rule = {
  rule: "has(self.image) && self.image != ''",
  message: 'Required value',
  fieldPath: '.image',
  reason: 'FieldValueRequired',
};

/** The constraints of the kinds with a label selector. Upstream's ReplicaSet names the deployment too. */
const selecting: ConstraintsByPath = {
  ...requirements,
  ...template('ReplicaSet'),
  spec: {
    rules: [
      { rule: `!has(self.selector.matchLabels) || ${mapMatches('self.selector.matchLabels')}`, ...MISMATCH },
      { rule: `!has(self.selector.matchExpressions) || ${expressionMatches}`, ...MISMATCH },
    ],
  },
  'spec.selector': {
    rules: [
      {
        rule: '(has(self.matchLabels) && size(self.matchLabels) > 0) || (has(self.matchExpressions) && size(self.matchExpressions) > 0)',
        message: 'empty selector is invalid for deployment',
      },
      immutable,
    ],
  },
  'spec.selector.matchLabels': labels,
  'spec.replicas': { rules: [notNegative] },
  'spec.minReadySeconds': { rules: [notNegative] },
};

export const deploymentRules: ConstraintsByPath = {
  ...selecting,
  spec: {
    rules: [
      ...(selecting.spec?.rules ?? []),
      {
        rule: '!has(self.progressDeadlineSeconds) || self.progressDeadlineSeconds > (has(self.minReadySeconds) ? self.minReadySeconds : 0)',
        message: 'must be greater than minReadySeconds',
        fieldPath: '.progressDeadlineSeconds',
      },
    ],
  },
  'spec.revisionHistoryLimit': { rules: [notNegative] },
  'spec.progressDeadlineSeconds': { rules: [notNegative] },
  'spec.strategy': {
    rules: [
      {
        rule: "!has(self.type) || self.type != 'Recreate' || !has(self.rollingUpdate)",
        message: "may not be specified when strategy `type` is 'Recreate'",
        fieldPath: '.rollingUpdate',
        reason: 'FieldValueForbidden',
      },
    ],
  },
  'spec.strategy.rollingUpdate': {
    rules: [
      {
        rule:
          '!has(self.maxUnavailable) || !has(self.maxSurge) || ' +
          "(type(self.maxUnavailable) == int ? self.maxUnavailable != 0 : !self.maxUnavailable.matches('^0+%$')) || " +
          "(type(self.maxSurge) == int ? self.maxSurge != 0 : !self.maxSurge.matches('^0+%$'))",
        message: 'may not be 0 when `maxSurge` is 0',
        fieldPath: '.maxUnavailable',
      },
    ],
  },
  'spec.strategy.rollingUpdate.maxUnavailable': { maxLength: 16, rules: [...intOrPercent, atMostWhole] },
  'spec.strategy.rollingUpdate.maxSurge': { maxLength: 16, rules: [...intOrPercent] },
};

export const replicaSetRules: ConstraintsByPath = selecting;

/** Its selector may be left out: it is that of the template's labels then. */
export const replicationControllerRules: ConstraintsByPath = {
  ...template('ReplicationController'),
  spec: {
    rules: [
      templateRequired,
      {
        rule:
          '(has(self.selector) && size(self.selector) > 0) || !has(self.template) || ' +
          '(has(self.template.metadata) && has(self.template.metadata.labels) && size(self.template.metadata.labels) > 0)',
        message: 'Required value',
        fieldPath: '.selector',
        reason: 'FieldValueRequired',
      },
      { rule: `!has(self.selector) || !has(self.template) || ${mapMatches('self.selector')}`, ...MISMATCH },
    ],
  },
  'spec.selector': labels,
  'spec.replicas': { rules: [notNegative] },
  'spec.minReadySeconds': { rules: [notNegative] },
};
