import { describe, expect, it } from '@jest/globals';
import type { MetricSpec } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/metrics.ts';
import { input, podsWith } from './autoscaled-pods.fixture.ts';
import type { MetricsClient } from './metrics-client.ts';
import type { ProposalInput } from './proposals.ts';
import { proposalOf } from './proposals.ts';

const { pods, metrics } = podsWith([600, 600, 600]);
const of: ProposalInput = { ...input(3, pods), namespace: 'default', selector: 'app=web', existing: 3 };
const answering: MetricsClient = {
  resource: async () => metrics,
  pods: async () => metrics,
  object: async () => 1200,
  external: async () => [1000, 200],
};
const away = () => Promise.reject(new Error('nobody answers'));
const silent: MetricsClient = { resource: away, pods: away, object: away, external: away };

const selector = { matchLabels: { queue: 'jobs' } };
const described = { apiVersion: 'v1', kind: 'Service', name: 'shop' };
const specs = {
  utilization: { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 30 } } },
  usage: { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '300m' } } },
  container: {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 30 } },
  },
  pods: { type: 'Pods', pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '300m' } } },
  object: { type: 'Object', object: { describedObject: described, metric: { name: 'qps' }, target: { type: 'Value', value: '600m' } } },
  objectShare: {
    type: 'Object',
    object: { describedObject: described, metric: { name: 'qps', selector }, target: { type: 'AverageValue', averageValue: '200m' } },
  },
  external: { type: 'External', external: { metric: { name: 'depth', selector }, target: { type: 'Value', value: '600m' } } },
  externalShare: { type: 'External', external: { metric: { name: 'depth' }, target: { type: 'AverageValue', averageValue: '200m' } } },
} satisfies Record<string, MetricSpec>;

const PRINTED = '&LabelSelector{MatchLabels:map[string]string{queue: jobs,},MatchExpressions:[]LabelSelectorRequirement{},}';

describe('a metric', () => {
  it.each<[keyof typeof specs, number, string, object]>([
    [
      'utilization',
      6,
      'cpu resource utilization (percentage of request)',
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 60, averageValue: '600m' } } },
    ],
    ['usage', 6, 'cpu resource', { type: 'Resource', resource: { name: 'cpu', current: { averageValue: '600m' } } }],
    [
      'container',
      6,
      'cpu container resource utilization (percentage of request)',
      { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', current: { averageUtilization: 60, averageValue: '600m' } } },
    ],
    ['pods', 6, 'pods metric qps', { type: 'Pods', pods: { metric: { name: 'qps' }, current: { averageValue: '600m' } } }],
    [
      'object',
      6,
      'Service metric qps',
      { type: 'Object', object: { describedObject: described, metric: { name: 'qps' }, current: { value: '1200m' } } },
    ],
    [
      'objectShare',
      6,
      `external metric qps(${PRINTED})`,
      { type: 'Object', object: { describedObject: { kind: '', name: '' }, metric: { name: 'qps', selector }, current: { averageValue: '400m' } } },
    ],
    [
      'external',
      6,
      `external metric depth(${PRINTED})`,
      { type: 'External', external: { metric: { name: 'depth', selector }, current: { value: '1200m' } } },
    ],
    [
      'externalShare',
      6,
      'external metric depth(nil)',
      { type: 'External', external: { metric: { name: 'depth' }, current: { averageValue: '400m' } } },
    ],
  ])('of the kind %s asks for a number of pods, and is shown', async (name, replicas, words, status) => {
    expect(await proposalOf(answering, of, specs[name])).toEqual({ ok: true, replicas, name: words, status });
  });

  it.each<[keyof typeof specs, string, string, string]>([
    [
      'utilization',
      'FailedGetResourceMetric',
      'failed to get cpu utilization: unable to get metrics for resource cpu: nobody answers',
      'failed to get cpu resource metric value: ',
    ],
    [
      'usage',
      'FailedGetResourceMetric',
      'failed to get cpu usage: unable to get metrics for resource cpu: nobody answers',
      'failed to get cpu resource metric value: ',
    ],
    [
      'container',
      'FailedGetContainerResourceMetric',
      'failed to get cpu utilization: unable to get metrics for resource cpu: nobody answers',
      'failed to get c container metric value: ',
    ],
    ['pods', 'FailedGetPodsMetric', 'unable to get metric qps: nobody answers', 'failed to get pods metric value: '],
    ['object', 'FailedGetObjectMetric', 'unable to get metric qps: Service on default shop/nobody answers', 'failed to get object metric value: '],
    [
      'objectShare',
      'FailedGetObjectMetric',
      'failed to get qps object metric: unable to get metric qps: Service on default shop/nobody answers',
      'failed to get object metric value: ',
    ],
    [
      'external',
      'FailedGetExternalMetric',
      `failed to get external metric depth: unable to get external metric default/depth/${PRINTED}: nobody answers`,
      'failed to get depth external metric value: ',
    ],
    [
      'externalShare',
      'FailedGetExternalMetric',
      'failed to get depth external metric: unable to get external metric default/depth/nil: nobody answers',
      'failed to get depth external metric value: ',
    ],
  ])('of the kind %s that cannot be read says why, in upstream’s words', async (name, reason, message, words) => {
    const failure = { reason, message, summary: `${words}${message}`, ofSpec: false };
    expect(await proposalOf(silent, of, specs[name])).toEqual({ ok: false, failure });
  });

  it('without a target says so', async () => {
    const spec: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } };
    expect(await proposalOf(answering, of, spec)).toMatchObject({
      failure: { message: 'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set' },
    });
  });

  it('of an unknown type is a fault of the spec', async () => {
    expect(await proposalOf(answering, of, { type: 'Moon' })).toMatchObject({
      failure: { reason: 'InvalidMetricSourceType', message: 'unknown metric source type "Moon"', ofSpec: true },
    });
  });
});
