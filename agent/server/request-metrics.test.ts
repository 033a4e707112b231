import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { createAgentMetrics } from '../node/agent-metrics.ts';
import { countStream, measureRequest } from './request-metrics.ts';

it('requests are counted as they come, and measured until they are answered', async () => {
  const clock = createFakeClock();
  const metrics = createAgentMetrics('n1');
  const carrier = new EventEmitter();
  measureRequest(metrics, clock, { method: 'POST', url: '/exec/default/web/c?command=sh' }, carrier);
  const labels = '{method="POST",path="exec",server_type="readwrite",long_running="true"}';
  expect(await samplesOf(metrics.registry, 'kubelet_http')).toEqual([
    `kubelet_http_requests_total${labels} 1`,
    `kubelet_http_inflight_requests${labels} 1`,
  ]);
  await clock.advance(4_000);
  carrier.emit('close');
  expect(await samplesOf(metrics.registry, 'kubelet_http')).toEqual([
    `kubelet_http_requests_total${labels} 1`,
    `kubelet_http_requests_duration_seconds_sum${labels} 4`,
    `kubelet_http_requests_duration_seconds_count${labels} 1`,
    `kubelet_http_inflight_requests${labels} 0`,
  ]);
});

it.each([
  ['/metrics', 'metrics'],
  ['/metrics/cadvisor', 'metrics/cadvisor'],
  ['/stats/summary', 'stats'],
  ['/containerLogs/default/web/c?follow=true', 'containerLogs'],
  ['/nothing/of/the/kind', 'other'],
  ['*', 'other'],
])('a request for %s counts as one for %s', async (url, path) => {
  const metrics = createAgentMetrics('n1');
  measureRequest(metrics, createFakeClock(), { url }, new EventEmitter());
  expect(await samplesOf(metrics.registry, 'kubelet_http_requests_total')).toEqual([
    `kubelet_http_requests_total{method="GET",path="${path}",server_type="readwrite",long_running="false"} 1`,
  ]);
});

it('streams over WebSockets are counted if they have to be translated', async () => {
  const metrics = createAgentMetrics('n1');
  const stream = (kind: string, upgrade: string, protocol: string) =>
    countStream(metrics, { headers: { upgrade, 'sec-websocket-protocol': protocol } }, kind);
  stream('exec', 'websocket', 'v5.channel.k8s.io, v4.channel.k8s.io');
  stream('attach', 'websocket', 'v4.channel.k8s.io');
  stream('exec', 'SPDY/3.1', '');
  stream('portForward', 'websocket', 'SPDY/3.1+portforward.k8s.io');
  expect(await samplesOf(metrics.registry, 'kubelet_websocket')).toEqual([
    'kubelet_websocket_streaming_requests_total{subresource="exec"} 1',
    'kubelet_websocket_streaming_requests_total{subresource="portforward"} 1',
  ]);
});
