import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, statusErrors, stored, updated, updateErrors } from '../../definition/strategy.fixture.ts';
import { controllerRevisionStrategy } from './controller-revision-strategy.ts';
import type { Deployment, DeploymentSpec } from './deployment.ts';
import { deploymentStrategy as strategy } from './deployment-strategy.ts';
import { replicaSetStrategy } from './replica-set-strategy.ts';

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
    ['rolls by numbers or percentages', { strategy: { rollingUpdate: { maxSurge: '5' } } }, ['maxSurge: Invalid value: "5": a valid percentage']],
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

describe('a ReplicaSet', () => {
  const set = (spec: object = {}) => ({ metadata: { name: 'r' }, spec: { selector: { matchLabels: labels }, template, ...spec } });

  it('has one replica, and pods of its template', () => {
    expect(defaulted(replicaSetStrategy, set()).spec).toMatchObject({ replicas: 1, template: { spec: { restartPolicy: 'Always' } } });
    expect(createErrors(replicaSetStrategy, set())).toEqual([]);
  });

  it('selects its own pods, and keeps selecting them', () => {
    expect(createErrors(replicaSetStrategy, set({ selector: { matchLabels: { app: 'b' } } }))).toEqual([
      expect.stringContaining('`selector` does not match template `labels`'),
    ]);
    expect(
      updateErrors(replicaSetStrategy, stored(replicaSetStrategy, set()), (r) => {
        r.spec!.selector = { matchExpressions: [{ key: 'app', operator: 'Exists' }] };
      }),
    ).toEqual([expect.stringContaining('spec.selector: Invalid value')]);
  });
});

describe('a ControllerRevision', () => {
  it('holds an object, which stays as it is', () => {
    expect(createErrors(controllerRevisionStrategy, { revision: 1 })).toEqual(['data: Required value: data is mandatory']);
    expect(createErrors(controllerRevisionStrategy, { revision: 1, data: [] })).toEqual(['data: Required value: data must be a valid JSON object']);
    expect(createErrors(controllerRevisionStrategy, { revision: -1, data: {} })).toEqual([
      'revision: Invalid value: -1: must be greater than or equal to 0',
    ]);
    const old = stored(controllerRevisionStrategy, { revision: 1, data: { a: 1 } });
    expect(
      updateErrors(controllerRevisionStrategy, old, (r) => {
        r.data = { a: 2 };
      }),
    ).toEqual(['data: Invalid value: {"a":2}: field is immutable']);
    expect(
      updateErrors(controllerRevisionStrategy, old, (r) => {
        r.revision = 2;
      }),
    ).toEqual([]);
  });
});
