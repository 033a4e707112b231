import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { createErrors, defaulted, statusErrors, stored, updated, updateErrors } from '../../definition/strategy.fixture.ts';
import type { Deployment, DeploymentSpec } from './deployment.ts';
import { deployments, deploymentStrategy as strategy } from './deployment.ts';

const labels = { app: 'a' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const deployment = (spec: Partial<DeploymentSpec> = {}): Deployment => ({
  metadata: { name: 'd' },
  spec: { selector: { matchLabels: labels }, template, ...spec },
});
const errors = (spec: Partial<DeploymentSpec>) => createErrors(strategy, deployment(spec));

describe('a Deployment', () => {
  it('has one replica and rolls by quarters', () => {
    expect(defaulted(strategy, deployment()).spec).toMatchObject({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: { spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' } },
    });
  });

  it('keeps zero replicas', () => {
    expect(defaulted(strategy, deployment({ replicas: 0 })).spec?.replicas).toBe(0);
  });

  it.each<[string, Partial<DeploymentSpec>, string[]]>([
    ['has no negative number of replicas', { replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    ['selects something', { selector: {} }, ['spec.selector: Invalid value: {}: empty selector is invalid for deployment']],
    [
      'selects its own pods',
      { selector: { matchLabels: { app: 'b' } } },
      ['spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
    ],
    [
      'selects by known operators',
      { selector: { matchExpressions: [{ key: 'app', operator: 'x' }] } },
      ['matchExpressions[0].operator: Invalid value: "x"', 'spec.selector: Invalid value'],
    ],
    ['has a template with containers', { template: { metadata: { labels } } }, ['spec.template.spec.containers: Required value']],
    [
      'runs pods that are restarted',
      { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      'runs pods without end',
      { template: { ...template, spec: { ...template.spec, activeDeadlineSeconds: 1 } } },
      ['spec.template.spec.activeDeadlineSeconds: Forbidden'],
    ],
    ['has a known strategy', { strategy: { type: 'x' } }, ['spec.strategy: Unsupported value']],
    [
      'recreates without rolling',
      { strategy: { type: 'Recreate', rollingUpdate: {} } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'can move',
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      ['maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      'takes away no more than there is',
      { strategy: { rollingUpdate: { maxUnavailable: '101%' } } },
      ['maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    ['rolls by numbers or percentages', { strategy: { rollingUpdate: { maxSurge: '5' } } }, ['maxSurge: Invalid value: "5": a valid percent string']],
    [
      'waits longer for progress than for readiness',
      { minReadySeconds: 600 },
      ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
    ],
  ])('%s', (_sentence, spec, expected) => {
    expect(errors(spec)).toEqual(expected.map((text) => expect.stringContaining(text)));
  });

  it('keeps its selector', () => {
    const old = stored(strategy, deployment());
    const change = (d: Deployment) => {
      d.spec!.selector = { matchLabels: { app: 'a', b: 'c' } };
      d.spec!.template.metadata = { labels: { app: 'a', b: 'c' } };
    };
    expect(updateErrors(strategy, old, change)).toEqual([expect.stringMatching(/^spec.selector: Invalid value: .*: field is immutable$/)]);
  });

  it('keeps its status on an update, and its spec on an update of the status', () => {
    const old = stored(strategy, deployment());
    expect(
      updated(strategy, old, (d) => {
        d.status = { replicas: 9 };
      }).status,
    ).toEqual({});
    const next = structuredClone(old);
    next.spec!.replicas = 9;
    strategy.prepareForStatusUpdate?.(next, old);
    expect(next.spec).toEqual(old.spec);
  });

  it('counts in its status no part greater than the whole', () => {
    const old = stored(strategy, deployment());
    expect(
      statusErrors(strategy, old, (d) => {
        d.status = { replicas: 1, readyReplicas: 2, availableReplicas: 2 };
      }),
    ).toEqual([
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
    ]);
  });
});

it('the table of Deployments shows one with the selector it counts by', () => {
  const deployment = {
    spec: {
      replicas: 3,
      selector: { matchLabels: { b: '1' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] },
      template: {
        spec: {
          containers: [
            { name: 'c1', image: 'i1' },
            { name: 'c2', image: 'i2' },
          ],
        },
      },
    },
    status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
  };
  const cells = { Ready: '2/3', 'Up-to-date': 3, Available: 1, Containers: 'c1,c2', Images: 'i1,i2', Selector: 'a in (x,y),b=1' };
  expect(row(deployments, deployment)).toMatchObject(cells);
});
