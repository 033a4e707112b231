import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, statusErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { metricsText } from './columns.ts';
import { horizontalPodAutoscalers } from './index.ts';
import type { MetricSpec } from './metrics.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec } from './schema.ts';

const { strategy } = horizontalPodAutoscalers;
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
const autoscaler = (spec: Partial<HorizontalPodAutoscalerSpec> = {}): HorizontalPodAutoscaler => ({
  spec: { scaleTargetRef, maxReplicas: 5, ...spec },
});
const withMetric = (metric: MetricSpec) => autoscaler({ metrics: [metric] });
const METRIC = 'spec.metrics[0]';
const external: MetricSpec = { type: 'External', external: { metric: { name: 'q' }, target: { type: 'Value', value: '30' } } };

describe('a HorizontalPodAutoscaler', () => {
  it('holds the use of CPU at 80 % with one pod at least, unless it says otherwise', () => {
    expect(defaulted(strategy, autoscaler()).spec).toEqual({
      scaleTargetRef,
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    });
  });

  it('has rules for both directions if it has some', () => {
    const policies = [{ type: 'Pods', value: 1, periodSeconds: 30 }];
    expect(defaulted(strategy, autoscaler({ behavior: { scaleDown: { policies, tolerance: '50m' } } })).spec.behavior).toEqual({
      scaleDown: { policies, selectPolicy: 'Max', tolerance: '50m' },
      scaleUp: {
        selectPolicy: 'Max',
        stabilizationWindowSeconds: 0,
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
    });
  });

  it.each<[Partial<HorizontalPodAutoscalerSpec>, string[]]>([
    [
      { maxReplicas: 0 },
      [
        'spec.maxReplicas: Required value: must be set and greater than 0',
        'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
      ],
    ],
    [{ minReplicas: 6 }, ['spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`']],
    [{ minReplicas: 0, metrics: [external] }, ['spec.minReplicas: Invalid value: 0: must be greater than or equal to 1']],
    [{ scaleTargetRef: { kind: 'K', name: 'n' } }, ['spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group']],
    [
      { scaleTargetRef: { ...scaleTargetRef, apiVersion: 'a/b/c' } },
      ['spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
    ],
    [
      { behavior: { scaleUp: { policies: [], selectPolicy: 'Any', stabilizationWindowSeconds: 3601, tolerance: '-1' } } },
      [
        'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
        'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"',
        'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy',
        'spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0',
      ],
    ],
  ])('with %j has the errors %j', (spec, errors) => {
    expect(createErrors(strategy, autoscaler(spec))).toEqual(errors);
  });

  it.each<[MetricSpec, string[]]>([
    [external, []],
    [{ type: 'Pods' }, [`${METRIC}.pods: Required value: must populate information for the given metric source`]],
    [{ ...external, type: 'Resource' }, [`${METRIC}.resource: Required value: must populate information for the given metric source`]],
    [
      { ...external, pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1' } } },
      [`${METRIC}.pods: Forbidden: must populate the given metric source only`],
    ],
    [
      { type: 'ContainerResource', containerResource: { name: 'cpu', container: '', target: { type: 'Utilization' } } },
      [
        `${METRIC}.containerResource.container: Required value: must specify a container`,
        `${METRIC}.containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization`,
      ],
    ],
    [
      {
        type: 'Object',
        object: { describedObject: { apiVersion: 'v1', kind: 'Service', name: 's' }, metric: { name: 'm' }, target: { type: 'Value', value: '0' } },
      },
      [`${METRIC}.object.target.value: Invalid value: "0": must be positive`],
    ],
  ])('with the metric %j has the errors %j', (metric, errors) => {
    expect(createErrors(strategy, withMetric(metric))).toEqual(errors);
  });

  it('may keep what it has that is not allowed any more', () => {
    const old = stored(strategy, autoscaler({ minReplicas: 0, scaleTargetRef: { kind: 'K', name: 'n' }, metrics: [external] }));
    expect(
      updateErrors(strategy, old, ({ spec }) => {
        spec.maxReplicas = 7;
      }),
    ).toEqual([]);
  });

  it('begins with a status whose metrics are null, and refuses negative numbers in it', () => {
    const old = stored(strategy, autoscaler());
    expect(old.status).toEqual({ currentMetrics: null, desiredReplicas: 0 });
    expect(
      statusErrors(strategy, old, (next) => {
        next.status = { currentReplicas: -1, desiredReplicas: 0 };
      }),
    ).toEqual(['status.currentReplicas: Invalid value: -1: must be greater than or equal to 0']);
  });

  it('shows its first two metrics as current and target', () => {
    const cpu: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
    const current = { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 10 } } };
    expect(metricsText([], [])).toBe('<none>');
    expect(metricsText([cpu], [current])).toBe('cpu: 10%/50%');
    expect(metricsText([cpu, external, external], [])).toBe('cpu: <unknown>/50%, <unknown>/30 + 1 more...');
  });
});
