import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted } from '../../definition/strategy.fixture.ts';
import type { ReplicationControllerSpec } from './replication-controller.ts';
import { replicationControllerStrategy as strategy } from './replication-controller.ts';

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const errors = (spec: ReplicationControllerSpec) => createErrors(strategy, { metadata: { name: 'r' }, spec });

describe('a ReplicationController', () => {
  it('takes its selector and its labels from its template', () => {
    const made = defaulted(strategy, { metadata: { name: 'r' }, spec: { template } });
    expect(made).toMatchObject({ metadata: { labels: { app: 'a' } }, spec: { replicas: 1, selector: { app: 'a' } } });
    expect(made.spec?.selector).not.toBe(made.spec?.template?.metadata?.labels);
  });

  it.each<[string, ReplicationControllerSpec, string]>([
    ['has a template', { selector: { app: 'a' } }, 'spec.template: Required value'],
    ['selects something', { template: { spec: template.spec } }, 'spec.selector: Required value'],
    ['selects its own pods', { template, selector: { app: 'b' } }, '`selector` does not match template `labels`'],
    ['has no negative number of replicas', { template, replicas: -1 }, 'spec.replicas: Invalid value: -1'],
    [
      'runs pods that are restarted',
      { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
      'spec.template.spec.restartPolicy: Unsupported value',
    ],
  ])('%s', (_sentence, spec, expected) => {
    expect(errors(spec)).toEqual([expect.stringContaining(expected)]);
  });
});
