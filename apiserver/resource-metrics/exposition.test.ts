import { describe, expect, it } from '@jest/globals';
import { parseNodeReadings } from './exposition.ts';

const TEXT = `# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="web",namespace="shop",pod="web-1"} 12.5 1767268800000
container_cpu_usage_seconds_total{pod="web-1",namespace="shop",container="proxy"} 1.5e-02 1767268800500
container_memory_working_set_bytes{container="web",namespace="shop",pod="web-1"} 1.048576e+06 1767268800000
container_memory_working_set_bytes{container="proxy",namespace="shop",pod="web-1"} 4096 1767268800500
container_start_time_seconds{container="web",namespace="shop",pod="web-1"} 1.767268e+09
container_memory_working_set_bytes{container="half",namespace="shop",pod="web-2"} 4096
node_cpu_usage_seconds_total 100.25 1767268801000
node_memory_working_set_bytes 2e+09 1767268801000
pod_cpu_usage_seconds_total{namespace="shop",pod="web-1"} 12.515 1767268800000
something_else{a="b\\"},c=\\\\"} 1
not a line of metrics
node_cpu_usage_seconds_total NaN
resource_scrape_error 0
`;

describe('the answer of a node', () => {
  const { node, pods } = parseNodeReadings(TEXT, 7);

  it('tells the usage of the node', () => {
    expect(node).toEqual({ time: 1767268801000, cpuNanoseconds: 100_250_000_000, memoryBytes: 2_000_000_000, startedAt: undefined });
  });

  it('tells that of containers, in whatever order the labels stand', () => {
    expect([...(pods.get('shop/web-1') ?? [])]).toEqual([
      ['web', { time: 1767268800000, cpuNanoseconds: 12_500_000_000, memoryBytes: 1_048_576, startedAt: 1_767_268_000_000 }],
      ['proxy', { time: 1767268800500, cpuNanoseconds: 15_000_000, memoryBytes: 4096, startedAt: undefined }],
    ]);
  });

  it('leaves out a container of which only a part is told', () => {
    expect(pods.has('shop/web-2')).toBe(false);
  });

  it('may be empty, or no metrics at all', () => {
    expect(parseNodeReadings('', 7)).toEqual({ node: undefined, pods: new Map() });
    expect(parseNodeReadings('{"kind":"Status"}', 7).pods.size).toBe(0);
  });
});
