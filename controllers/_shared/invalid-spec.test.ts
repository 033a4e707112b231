import { expect, it } from '@jest/globals';
import { invalidSpec } from './invalid-spec.ts';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } };
const selector = { matchLabels: { app: 'web' } };

it.each<[string, Parameters<typeof invalidSpec>[0], string | undefined]>([
  ['that selects what it makes is valid', { selector, template, replicas: 3 }, undefined],
  ['without replicas is valid', { selector, template }, undefined],
  ['without a selector is not', { selector: undefined, template }, 'spec.selector: Required value'],
  ['with an empty selector is not', { selector: {}, template }, 'spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
  ['without a template is not', { selector }, 'spec.template: Required value'],
  [
    'that does not select what it makes is not',
    { selector: { matchLabels: { app: 'other' } }, template },
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ],
  [
    'whose template has no labels is not',
    { selector, template: { spec: { containers: [] } } },
    'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
  ],
  [
    'with an unknown operator is not',
    { selector: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['w'] }] }, template },
    'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Like","values":["w"]}]}: invalid label selector',
  ],
  [
    'with fewer replicas than none is not',
    { selector, template, replicas: -1 },
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
])('a spec %s', (_, spec, fault) => {
  expect(invalidSpec(spec)).toBe(fault);
});
