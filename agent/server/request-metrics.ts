import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { AgentMetrics, RequestLabel } from '../node/agent-metrics.ts';
import { bridgedProtocol, protocolsOf } from './websocket-bridge.ts';

/** The beginnings of paths that have a label of their own (pkg/kubelet/server/server.go: getMetricBucket): a caller must not make series at will. */
const PATHS: ReadonlySet<string> = new Set([
  'attach',
  'configz',
  'containerLogs',
  'exec',
  'healthz',
  'localVolumes',
  'logs',
  'metrics',
  'metrics/cadvisor',
  'metrics/probes',
  'metrics/resource',
  'metrics/slis',
  'pods',
  'portForward',
  'run',
  'runningpods',
  'stats',
]);
const LONG_RUNNING: ReadonlySet<string> = new Set(['attach', 'exec', 'portForward']);

/** Counts a request under kubelet's labels, and measures it until `carrier`, its response or its socket, closes. */
export function measureRequest(
  { requests, requestSeconds, requestsInFlight }: Pick<AgentMetrics, 'requests' | 'requestSeconds' | 'requestsInFlight'>,
  clock: Clock,
  { method = 'GET', url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  carrier: { once(event: 'close', listener: () => void): unknown },
): void {
  const start = clock.monotonic();
  const [, whole = '', first = ''] = /^\/(([a-zA-Z]+)(?:\/[a-z]+)?)/.exec(url) ?? [];
  const path = [whole, first].find((candidate) => PATHS.has(candidate)) ?? 'other';
  const labels: Record<RequestLabel, string> = { method, path, server_type: 'readwrite', long_running: String(LONG_RUNNING.has(path)) };
  requests.inc(labels);
  requestsInFlight.inc(labels);
  carrier.once('close', () => {
    requestsInFlight.dec(labels);
    requestSeconds.observe(labels, (clock.monotonic() - start) / 1000);
  });
}

/** Counts a stream to a container if it comes over a WebSocket that has to be translated for the runtime. */
export function countStream({ webSockets }: Pick<AgentMetrics, 'webSockets'>, request: Pick<IncomingMessage, 'headers'>, kind: string): void {
  if (bridgedProtocol(protocolsOf(request)) !== undefined) webSockets.inc({ subresource: kind.toLowerCase() });
}
