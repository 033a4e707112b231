import { describe, expect, it } from '@jest/globals';
import { storedAsV2 } from './conversion.ts';
import type { HorizontalPodAutoscaler } from './schema.ts';
import type { HorizontalPodAutoscalerV1 } from './schema-v1.ts';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
const KEY = 'autoscaling.alpha.kubernetes.io';
const rich: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a', annotations: { note: 'n' } },
  spec: {
    scaleTargetRef,
    minReplicas: 2,
    maxReplicas: 5,
    metrics: [
      { type: 'Pods', pods: { metric: { name: 'm', selector: { matchLabels: { a: 'b' } } }, target: { type: 'AverageValue', averageValue: '10' } } },
      { type: 'External', external: { metric: { name: 'q' }, target: { type: 'Value', value: '30' } } },
      { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 60 } } },
      { type: 'Object', object: { describedObject: scaleTargetRef, metric: { name: 'm' }, target: { type: 'Value', value: '5' } } },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    ],
    behavior: {
      scaleUp: { selectPolicy: 'Max', stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }], tolerance: '50m' },
    },
  },
  status: {
    currentReplicas: 3,
    desiredReplicas: 4,
    observedGeneration: 1,
    currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 5, averageValue: '10m' } } }],
    conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'R', message: 'm' }],
  },
};

describe('the form of an autoscaler in autoscaling/v1', () => {
  it('holds in annotations what it has no fields for, in the words of upstream', () => {
    const served = storedAsV2.fromStored(rich) as HorizontalPodAutoscalerV1;
    expect(served.spec).toEqual({ scaleTargetRef, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 50 });
    expect(served.status).toEqual({ currentReplicas: 3, desiredReplicas: 4, observedGeneration: 1, currentCPUUtilizationPercentage: 5 });
    expect(served.metadata?.annotations).toEqual({
      note: 'n',
      [`${KEY}/metrics`]:
        '[{"type":"Pods","pods":{"metricName":"m","targetAverageValue":"10","selector":{"matchLabels":{"a":"b"}}}},' +
        '{"type":"External","external":{"metricName":"q","targetValue":"30"}},' +
        '{"type":"ContainerResource","containerResource":{"name":"cpu","targetAverageUtilization":60,"container":"c"}},' +
        '{"type":"Object","object":{"target":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"metricName":"m","targetValue":"5"}}]',
      [`${KEY}/current-metrics`]: '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":5,"currentAverageValue":"10m"}}]',
      [`${KEY}/conditions`]: '[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"R","message":"m"}]',
      [`${KEY}/behavior`]:
        '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15}],"Tolerance":"50m"},"ScaleDown":null}',
    });
  });

  it('is the same autoscaler when it comes back', () => {
    expect(storedAsV2.toStored(storedAsV2.fromStored(rich) as HorizontalPodAutoscalerV1)).toEqual(rich);
  });

  it('has one metric by default: CPU at 80 %', () => {
    const stored = storedAsV2.toStored({ metadata: { name: 'a' }, spec: { scaleTargetRef, maxReplicas: 5 } });
    expect(stored).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }] },
    });
  });

  it.each(['{', '[]', '[{"type":"Pods","pods":5}]', '[{"type":"Pods","pods":{"metricName":5,"targetAverageValue":"1"}}]'])(
    'loses an annotation that nobody can read: %s',
    (text) => {
      const annotations = { [`${KEY}/metrics`]: text, [`${KEY}/behavior`]: text, [`${KEY}/current-metrics`]: text };
      const stored = storedAsV2.toStored({ metadata: { annotations }, spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 7 } });
      expect(stored).toEqual({
        apiVersion: 'autoscaling/v2',
        metadata: { annotations: {} },
        spec: {
          scaleTargetRef,
          maxReplicas: 5,
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 7 } } }],
        },
        status: { currentMetrics: null, currentReplicas: 0, desiredReplicas: 0 },
      });
    },
  );
});
