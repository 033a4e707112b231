import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { sleep } from '../../base/clock.ts';
import type { LogOptions } from '../log/log-options.ts';
import type { LogSink } from '../log/log-reader.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { ServerNode } from './server-node.ts';

const PROTOCOLS: ReadonlySet<string> = new Set(['v5.channel.k8s.io', 'v4.channel.k8s.io']);
/** The first byte of each message names its stream (https://kubernetes.io/docs/reference/using-api/ – remote command subprotocols). */
const STDOUT = 1;
const ERROR = 3;

const server = new WebSocketServer({
  noServer: true,
  handleProtocols: (protocols) => [...protocols].find((protocol) => PROTOCOLS.has(protocol)) ?? false,
});

/** Answers exec and attach on a simulated pod with the output and the exit code that it would have had. */
export function serveSimulated(
  answer: { readonly stdout: string; readonly exitCode: number },
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    refuseUpgrade(socket, 400, 'simulated pods speak WebSocket only');
    return;
  }
  server.handleUpgrade(request, socket, head, (stream) => {
    const send = (channel: number, text: string) => stream.send(Buffer.concat([Buffer.of(channel), Buffer.from(text)]));
    if (answer.stdout !== '') send(STDOUT, answer.stdout);
    send(ERROR, JSON.stringify(exitStatus(answer.exitCode)));
    stream.close(1000);
  });
}

function exitStatus(exitCode: number) {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  const details = { causes: [{ reason: 'ExitCode', message: String(exitCode) }] };
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    details,
  };
}

const POLL_MS = 250;

/** Prints what a simulated container has printed, and follows it. */
export async function printSimulatedLog(
  node: ServerNode,
  id: string,
  options: LogOptions,
  live: () => boolean,
  sink: LogSink,
  signal: AbortSignal,
): Promise<void> {
  const lines = () => node.runtime.logLines?.(id) ?? [];
  const wanted = ({ time }: { readonly time: string }) => options.since === undefined || Date.parse(time) >= options.since;
  let next = options.tailLines === undefined ? 0 : Math.max(0, lines().length - options.tailLines);
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  while (!signal.aborted && left > 0) {
    const goesOn = options.follow && live();
    for (const line of lines().slice(next)) {
      next++;
      if (!wanted(line)) continue;
      const text = `${options.timestamps ? `${line.time} ` : ''}${line.text}\n`.slice(0, left);
      left -= text.length;
      await sink(text);
    }
    if (!goesOn) return;
    await sleep(node.clock, POLL_MS, signal);
  }
}
