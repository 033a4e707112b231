import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import { hasReason, StatusError } from '../../api/meta/status-error.ts';
import type { HealthSlis } from '../../runtime/observe/health-slis.ts';
import { lateHealthSlis } from '../../runtime/observe/health-slis.ts';
import { readySandbox } from '../contract/observation.ts';
import type { RuntimeContainer } from '../contract/runtime.ts';
import { parseLogOptions } from '../log/log-options.ts';
import { printLog } from '../log/log-reader.ts';
import type { AgentMetrics } from '../node/agent-metrics.ts';
import { logContainer, runningContainer } from './container-lookup.ts';
import type { Door } from './door.ts';
import type { AgentSettings } from './kubelet-configuration.ts';
import { agentMetrics } from './metrics.ts';
import { serveNodeLogs } from './node-logs.ts';
import type { NodeRequest } from './path-match.ts';
import { matchPath } from './path-match.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { countStream, measureRequest } from './request-metrics.ts';
import type { PodLookup, ServerNode } from './server-node.ts';
import type { ServingCertificate } from './serving-certificate.ts';
import { printSimulatedLog } from './simulated-logs.ts';
import { serveSimulatedCommand, serveSimulatedPorts } from './simulated-streams.ts';
import { containerMetrics } from './stats/container-metrics.ts';
import type { CpuRates } from './stats/cpu-rates.ts';
import { createCpuRates } from './stats/cpu-rates.ts';
import type { PodDisks } from './stats/disk-report.ts';
import { NO_DISKS } from './stats/disk-report.ts';
import type { UsageReport } from './stats/node-usage.ts';
import { createUsageReader } from './stats/node-usage.ts';
import { resourceMetrics } from './stats/resource-metrics.ts';
import { tunnel } from './tunnel.ts';

/** The limit of Go's servers, kubelet's among them: the words of a command to run stand in the request's target. */
const MAX_HEADER_BYTES = 1024 * 1024;

export interface NodeServerTls {
  readonly serving: ServingCertificate;
  /** The authority that signs the clients' certificates, PEM. */
  readonly clientCa: string;
}

export interface NodeServerOptions {
  readonly metrics: AgentMetrics;
  /** More metrics, of other parts of the node. */
  readonly registry?: Registry | undefined;
  readonly node: ServerNode;
  readonly pods: PodLookup;
  /** Shown at /configz. */
  readonly settings: AgentSettings;
  readonly tls: NodeServerTls;
  /** Authenticates and authorizes every request. */
  readonly door: Door;
}

export interface NodeServer {
  /** @param port 0: any. @returns the port. */
  listen(port: number, host?: string): Promise<number>;
  /** Ends at once, whatever goes on over its connections. */
  close(): Promise<void>;
}

/** The node's HTTPS server: what the API server asks a kubelet for, under the same paths. */
export function createNodeServer({ node, pods, metrics, registry, settings, tls, door }: NodeServerOptions): NodeServer {
  const context: Handling = {
    node,
    pods,
    metrics,
    registry,
    settings,
    slis: lateHealthSlis(),
    usage: createUsageReader(node, pods),
    rates: createCpuRates(),
    disks: podDisks(node, pods),
  };
  const material = () => ({ ...tls.serving.current(), ca: tls.clientCa, minVersion: 'TLSv1.2' as const });
  // Callers without a certificate come with a token, or are answered with 401.
  const server: Server = createServer({ ...material(), requestCert: true, rejectUnauthorized: false, maxHeaderSize: MAX_HEADER_BYTES });
  const unsubscribe = tls.serving.subscribe(() => server.setSecureContext(material()));
  // All of them: the server itself forgets those that were upgraded, and knows none whose handshake goes on.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = urlOf(request);
    const refusal = await door(request, url.pathname);
    if (refusal) return end(response, refusal.code, refusal.text);
    const target = matchPath(url.pathname);
    if (!target) return end(response, 404, NO_SUCH_PATH);
    await serve(context, target, url.searchParams, request, response);
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    measureRequest(metrics, node.clock, request, response);
    answer(request, response).catch((error: unknown) => fail(node, response, error));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    measureRequest(metrics, node.clock, request, socket);
    const upgrade = async () => {
      const url = urlOf(request);
      const refusal = await door(request, url.pathname);
      if (refusal) return refuseUpgrade(socket, refusal.code, refusal.text);
      const target = matchPath(url.pathname);
      if (!target) return refuseUpgrade(socket, 404, '404 page not found');
      await serveStream(context, target, url.searchParams, request, socket, head);
    };
    upgrade().catch((error: unknown) => {
      const { code, text } = describe(error);
      if (code === 500) node.log.warn({ err: error, url: request.url }, 'a stream could not be opened');
      refuseUpgrade(socket, code, text);
    });
  });
  return {
    listen(port, host) {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      });
    },
    close() {
      return new Promise((resolve) => {
        unsubscribe();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

/** @throws StatusError 400 for a target that is no path. */
function urlOf(request: IncomingMessage): URL {
  const url = URL.parse(request.url ?? '/', 'https://node');
  if (!url) throw new StatusError('BadRequest', 'the request target is not a valid path');
  return url;
}

interface Handling {
  readonly metrics: AgentMetrics;
  readonly registry: Registry | undefined;
  readonly node: ServerNode;
  readonly pods: PodLookup;
  readonly settings: AgentSettings;
  readonly slis: HealthSlis;
  readonly usage: () => Promise<UsageReport>;
  readonly rates: CpuRates;
  readonly disks: () => Promise<PodDisks>;
}

/** Loads what measures the disk use of pods when somebody asks for it. */
function podDisks(node: ServerNode, pods: PodLookup): () => Promise<PodDisks> {
  let loading: Promise<PodDisks> | undefined;
  const load = async () => (node.runtime.simulated ? NO_DISKS : (await import('./stats/pod-disks.ts')).createPodDisks(node, pods));
  return () => {
    loading ??= load();
    return loading;
  };
}

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

const NO_SUCH_PATH = '404 page not found\n';

const end = (response: ServerResponse, code: number, text: string, type = 'text/plain; charset=utf-8'): void => {
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

/** Errors go out as plain text, as kubelet's do: the API server makes a Status of them. */
function describe(error: unknown): { readonly code: number; readonly text: string } {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof StatusError) return { code: error.code, text };
  return { code: 500, text };
}

function fail(node: ServerNode, response: ServerResponse, error: unknown): void {
  const { code, text } = describe(error);
  if (!hasReason(error, 'BadRequest', 'NotFound')) node.log.warn({ err: error }, 'a request to the node failed');
  if (response.headersSent) response.destroy();
  else end(response, code, text);
}

async function serve(
  context: Handling,
  target: NodeRequest,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { node, pods, metrics } = context;
  switch (target.kind) {
    case 'healthz':
      for (const check of ['ping', 'log', 'syncloop']) context.slis.observe(check, 'healthz', true);
      return end(response, 200, 'ok');
    case 'pods':
      return end(
        response,
        200,
        JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [...pods.workers()].map(({ pod }) => pod) }),
        'application/json',
      );
    case 'runningPods': {
      const { runningPods } = await import('./running-pods.ts');
      return end(response, 200, JSON.stringify(runningPods(node.cache)), 'application/json');
    }
    case 'configz': {
      const { kubeletConfiguration } = await import('./kubelet-configuration.ts');
      return end(response, 200, JSON.stringify({ kubeletconfig: kubeletConfiguration(context.settings) }), 'application/json');
    }
    case 'slis': {
      const { parts, contentType } = await context.slis.show();
      return end(response, 200, parts.join(''), contentType);
    }
    case 'metrics':
      return end(response, 200, await agentMetrics({ ...context, claims: async () => (await context.disks()).claims() }), PROMETHEUS_TEXT);
    case 'containerMetrics':
      return end(response, 200, await containerMetrics(node, pods, await context.usage()), PROMETHEUS_TEXT);
    case 'probeMetrics':
      return end(response, 200, await metrics.probes.metrics(), PROMETHEUS_TEXT);
    case 'resourceMetrics':
      return end(response, 200, resourceMetrics(await context.usage()), PROMETHEUS_TEXT);
    case 'summary': {
      const { statsSummary } = await import('./stats/summary.ts');
      const [report, disks] = await Promise.all([context.usage(), context.disks().then((all) => all.all())]);
      return end(response, 200, JSON.stringify(await statsSummary(node, pods, report, disks, context.rates)), 'application/json');
    }
    case 'localVolume': {
      if (request.method !== 'POST') return end(response, 405, 'Method Not Allowed\n');
      const path = target.remove ? await node.localVolumes.delete(target.name) : await node.localVolumes.make(target.name);
      return end(response, 200, JSON.stringify({ kind: 'LocalVolume', apiVersion: 'local-path.skiff.dev/v1', path }), 'application/json');
    }
    case 'nodeLogs':
      if (!node.runtime.simulated && (await serveNodeLogs(target.path, request, response))) return;
      return end(response, 404, NO_SUCH_PATH);
    case 'containerLogs':
      return serveLogs(context, target, query, request, response);
    case 'run': {
      if (request.method !== 'POST') return end(response, 405, 'Method Not Allowed\n');
      const { container } = runningContainer(node, pods, target);
      const command = (query.get('cmd') ?? '').split(' ').filter((word) => word !== '');
      const { stdout, stderr } = await node.runtime.execSync(container.id, command, 0);
      return end(response, 200, `${stdout}${stderr}`);
    }
    default:
      return end(response, 400, 'Upgrade request required\n');
  }
}

async function serveLogs(
  { node, pods }: Handling,
  target: Extract<NodeRequest, { readonly container: string }>,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const options = parseLogOptions(query, node.clock.now());
  const container = logContainer(node, pods, target, options.previous);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  request.socket.setNoDelay(true);
  const sink = async (chunk: string): Promise<void> => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/plain' });
    if (response.write(chunk) || gone.signal.aborted) return;
    await new Promise<void>((resolve) => {
      response.once('drain', resolve);
      response.once('close', resolve);
    });
  };
  // A reader that follows learns that there is something to follow before the first line comes.
  if (options.follow) {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
  }
  const live = () => currentState(node, container) === 'running';
  if (node.runtime.simulated) await printSimulatedLog(node, container.id, options, live, sink, gone.signal);
  else await printLog({ path: container.logPath, live }, options, sink, node.clock, gone.signal);
  response.end();
}

function currentState(node: ServerNode, container: RuntimeContainer): RuntimeContainer['state'] | undefined {
  const owner = node.cache.owner(container.id);
  return owner === undefined ? undefined : node.cache.of(owner).containers.find(({ id }) => id === container.id)?.state;
}

/** `output=1` as kubelet's clients say, or `stdout=true` as the API's. */
const asked = (query: URLSearchParams, ...names: readonly string[]): boolean => names.some((name) => ['1', 'true'].includes(query.get(name) ?? ''));

async function serveStream(
  { node, pods, metrics }: Handling,
  target: NodeRequest,
  query: URLSearchParams,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  countStream(metrics, request, target.kind);
  if (target.kind === 'portForward') {
    const worker = pods.find({ namespace: target.namespace, name: target.pod });
    const sandbox = worker && readySandbox(node.cache.of(worker.pod.metadata.uid));
    if (!sandbox) throw new StatusError('NotFound', 'pod does not exist');
    const ports = query
      .getAll('port')
      .concat(query.getAll('ports'))
      .flatMap((text) => text.split(','))
      .map(Number)
      .filter((port) => port > 0);
    const answer = await node.runtime.stream({ kind: 'portForward', sandboxId: sandbox.id, ports });
    if ('url' in answer) return tunnel(answer.url, request, socket, head);
    return serveSimulatedPorts('refusal' in answer ? answer.refusal : '', ports, { request, socket, head });
  }
  if (target.kind !== 'exec' && target.kind !== 'attach') throw new StatusError('BadRequest', 'this path takes no upgrade');
  const { container, spec } = runningContainer(node, pods, target);
  const streams = {
    containerId: container.id,
    stdin: asked(query, 'input', 'stdin'),
    stdout: asked(query, 'output', 'stdout'),
    stderr: asked(query, 'error', 'stderr'),
    tty: target.kind === 'attach' ? (spec.tty ?? false) : asked(query, 'tty'),
  };
  if (!streams.stdin && !streams.stdout && !streams.stderr)
    throw new StatusError('BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  const answer = await node.runtime.stream(
    target.kind === 'exec' ? { kind: 'exec', command: query.getAll('command'), ...streams } : { kind: 'attach', ...streams },
  );
  if ('url' in answer) return tunnel(answer.url, request, socket, head, streams);
  if ('stdout' in answer) serveSimulatedCommand(answer, streams, { request, socket, head });
}
