import { describe, expect, it } from '@jest/globals';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { selectorOf } from './selector.ts';

const template: PodTemplateSpec = { metadata: { labels: { app: 'web', tier: 'front' } }, spec: { containers: [] } };

describe('the selector of a ReplicationController', () => {
  it.each([
    ['its own labels', { selector: { app: 'web' }, template }, { matchLabels: { app: 'web' } }],
    ['the labels of its template if it names none', { template }, { matchLabels: { app: 'web', tier: 'front' } }],
    ['the labels of its template if it is empty', { selector: {}, template }, { matchLabels: { app: 'web', tier: 'front' } }],
    ['nothing without a template', { selector: {} }, undefined],
    ['nothing if the template has no labels', { template: { metadata: { labels: {} }, spec: { containers: [] } } }, undefined],
  ])('is %s', (_, spec, expected) => {
    expect(selectorOf({ spec })).toEqual(expected);
  });
});
