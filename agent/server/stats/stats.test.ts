import { describe, expect, it } from '@jest/globals';
import { createCpuRates } from './cpu-rates.ts';
import type { ContainerUsage } from './node-usage.ts';
import { resourceMetrics } from './resource-metrics.ts';
import type { SimulatedContainer } from './simulated-usage.ts';
import { createSimulatedUsage, SIMULATED_USAGE } from './simulated-usage.ts';

const container = (annotations: Record<string, string>, name = 'web', id = name): SimulatedContainer => ({ id, name, startedAt: 0, annotations });

describe('the usage of a simulated container', () => {
  it('follows its pod’s annotations, also when they change', () => {
    const usage = createSimulatedUsage(() => {});
    const busy = container({ [SIMULATED_USAGE.cpu]: '250m', [SIMULATED_USAGE.memory]: '64Mi' });
    expect(usage.read([busy], 4_000).get('web')).toMatchObject({ cpuNanoseconds: 1e9, memoryBytes: 64 * 2 ** 20 });
    const idle = container({ [SIMULATED_USAGE.cpu]: '1m' });
    expect(usage.read([idle], 14_000).get('web')).toMatchObject({ cpuNanoseconds: 1e9 + 1e7, memoryBytes: 0 });
  });

  it('may differ between the containers of a pod', () => {
    const usage = createSimulatedUsage(() => {});
    const both = { [SIMULATED_USAGE.cpu]: 'web=1, proxy=100m' };
    const read = usage.read([container(both), container(both, 'proxy'), container(both, 'other')], 1_000);
    expect([...read.values()].map(({ cpuNanoseconds }) => cpuNanoseconds)).toEqual([1e9, 1e8, 0]);
  });

  it('never falls for the node as a whole', () => {
    const usage = createSimulatedUsage(() => {});
    usage.read([container({ [SIMULATED_USAGE.cpu]: '1' })], 1_000);
    usage.read([], 2_000);
    expect(usage.totalNanoseconds()).toBe(1e9);
  });

  it('is nothing if an annotation cannot be read, of which is told once', () => {
    const faults: string[] = [];
    const usage = createSimulatedUsage((_, { message }) => faults.push(message));
    const bad = container({ [SIMULATED_USAGE.cpu]: 'much' });
    expect(usage.read([bad], 1_000).get('web')).toMatchObject({ cpuNanoseconds: 0 });
    usage.read([bad], 2_000);
    expect(faults).toEqual([
      'annotation simulated.skiff.dev/cpu-usage: "much" is not a quantity such as 250m or 64Mi, nor a list such as web=250m,proxy=10m',
    ]);
  });
});

describe('rates of CPU', () => {
  it('are those since the reading before, and stand for a second', () => {
    const rates = createCpuRates();
    const read = (time: number, nanoseconds: number) => {
      const rate = rates.of('a', time, nanoseconds);
      rates.endRound();
      return rate;
    };
    expect([read(0, 0), read(10_000, 5e9), read(10_500, 6e9), read(20_000, 6e9), read(30_000, 1e9)]).toEqual([
      undefined,
      500_000_000,
      500_000_000,
      100_000_000,
      undefined,
    ]);
  });

  it('are forgotten with what they are of', () => {
    const rates = createCpuRates();
    rates.of('a', 0, 0);
    rates.endRound();
    rates.endRound();
    expect(rates.of('a', 10_000, 5e9)).toBeUndefined();
  });
});

describe('/metrics/resource', () => {
  const item = (name: string, startedAt: number): ContainerUsage => ({
    id: name,
    name,
    labels: {},
    time: 1_000,
    cpuNanoseconds: 2_500_000_000,
    workingSetBytes: 4096,
    rssBytes: 0,
    usageBytes: 0,
    writableLayerBytes: 0,
    writableLayerInodes: 0,
    startedAt,
  });

  it('has kubelet’s metrics, each with its time', () => {
    const text = resourceMetrics({
      machine: { time: 2_000, cpuNanoseconds: 1e9, workingSetBytes: 8192, availableBytes: undefined },
      pods: [{ namespace: 'shop', pod: 'web-1', uid: 'u', containers: [item('web', 500), item('proxy', 0)] }],
    });
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'container_cpu_usage_seconds_total{container="web",namespace="shop",pod="web-1"} 2.5 1000',
      'container_cpu_usage_seconds_total{container="proxy",namespace="shop",pod="web-1"} 2.5 1000',
      'container_memory_working_set_bytes{container="web",namespace="shop",pod="web-1"} 4096 1000',
      'container_memory_working_set_bytes{container="proxy",namespace="shop",pod="web-1"} 4096 1000',
      'container_start_time_seconds{container="web",namespace="shop",pod="web-1"} 0.5',
      'node_cpu_usage_seconds_total 1 2000',
      'node_memory_working_set_bytes 8192 2000',
      'pod_cpu_usage_seconds_total{namespace="shop",pod="web-1"} 5 1000',
      'pod_memory_working_set_bytes{namespace="shop",pod="web-1"} 8192 1000',
      'resource_scrape_error 0',
      '',
    ]);
  });
});
