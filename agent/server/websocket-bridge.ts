import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { SpdyStream } from './spdy.ts';
import { spdyClient } from './spdy.ts';
import type { Upgrade } from './web-socket.ts';
import { acceptWebSocket } from './web-socket.ts';

const CHANNELS = 'v5.channel.k8s.io';
const FORWARDING = 'SPDY/3.1+portforward.k8s.io';
/** The protocols of clients that the runtime is asked for in SPDY, each with its name there. */
const SPDY_PROTOCOLS: Readonly<Record<string, string>> = { [CHANNELS]: 'v4.channel.k8s.io', [FORWARDING]: 'portforward.k8s.io' };

/** The first byte of a message names its stream, or ends one (https://kubernetes.io/docs/reference/using-api/, remote command subprotocols). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;

/** More than this waits to be sent: the sender pauses. */
const HIGH_WATER = 1024 * 1024;

/** Returns the protocols that a client offers for a WebSocket; none if it does not ask for one. */
export const protocolsOf = ({ headers }: Pick<IncomingMessage, 'headers'>): readonly string[] =>
  headers.upgrade?.toLowerCase() === 'websocket' ? (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim()) : [];

/** Returns the protocol by which a WebSocket must be bridged: the runtime's streaming server does not speak it. */
export const bridgedProtocol = (protocols: readonly string[]): string | undefined => protocols.find((protocol) => protocol in SPDY_PROTOCOLS);

/** The streams of exec or attach. */
export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface Bridged {
  /** Of the runtime's streaming server. */
  readonly url: string;
  /** From `bridgedProtocol`. */
  readonly protocol: string;
  /** Undefined for port-forward. */
  readonly streams: WantedStreams | undefined;
}

/**
 * Serves a WebSocket of kubectl ≥ 1.30 over the SPDY that the runtime's streaming server speaks: the streams of exec and attach one by one
 * (only SPDY can end standard input and still bring output), those of port-forward as they are, since the client speaks SPDY within.
 */
export function bridge({ url, protocol, streams }: Bridged, upgrade: Upgrade): void {
  const { socket } = upgrade;
  const spdy = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': SPDY_PROTOCOLS[protocol] };
  const outgoing = httpRequest(url, { method: 'POST', headers: spdy });
  const gone = () => outgoing.destroy();
  socket.once('close', gone);
  outgoing.on('error', (error) => refuseUpgrade(socket, 502, `the runtime's streaming server cannot be reached: ${error.message}`));
  outgoing.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => refuseUpgrade(socket, response.statusCode ?? 502, Buffer.concat(chunks).toString()));
  });
  outgoing.on('upgrade', (_response, runtime, runtimeHead) => {
    socket.off('close', gone);
    runtime.on('error', () => runtime.destroy());
    acceptWebSocket(upgrade, protocol, (client) => {
      client.on('close', () => runtime.destroy());
      if (streams) translate(client, runtime, runtimeHead, streams);
      else forward(client, runtime, runtimeHead);
    });
  });
  outgoing.end();
}

const bytesOf = (data: RawData): Buffer => (Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data));

/** Sends a message, and has its source wait if too many do. */
function send(client: WebSocket, source: Duplex, message: Buffer): void {
  if (client.readyState !== client.OPEN) return;
  client.send(message, () => {
    if (source.isPaused() && client.bufferedAmount < HIGH_WATER) source.resume();
  });
  if (client.bufferedAmount > HIGH_WATER) source.pause();
}

/** Has the client wait until the runtime has taken what was written. */
function drain(client: WebSocket, runtime: Duplex, flowing: boolean): void {
  if (flowing || client.isPaused) return;
  client.pause();
  runtime.once('drain', () => client.resume());
}

function forward(client: WebSocket, runtime: Duplex, head: Buffer): void {
  if (head.length > 0) send(client, runtime, head);
  runtime.on('data', (chunk: Buffer) => send(client, runtime, chunk));
  runtime.on('close', () => client.close(1000));
  client.on('message', (data) => drain(client, runtime, runtime.write(bytesOf(data))));
}

function translate(client: WebSocket, runtime: Duplex, head: Buffer, { stdin: writes, stdout, stderr, tty }: WantedStreams): void {
  const session = spdyClient(runtime, head);
  const open = (streamtype: string, channel: number, ended = () => {}): SpdyStream =>
    session.open({ streamtype }, { data: (chunk) => send(client, runtime, Buffer.concat([Buffer.of(channel), chunk])), ended });
  // The outcome comes last, on the stream for errors.
  open('error', ERROR, () => client.close(1000));
  const stdin = writes ? open('stdin', STDIN) : undefined;
  if (stdout) open('stdout', STDOUT);
  if (stderr && !tty) open('stderr', STDERR);
  const resize = tty ? open('resize', RESIZE) : undefined;
  runtime.on('close', () => client.close(1000));
  client.on('message', (data) => {
    const message = bytesOf(data);
    const [channel] = message;
    const content = message.subarray(1);
    if (channel === CLOSE && content[0] === STDIN) stdin?.end();
    const stream = channel === STDIN ? stdin : channel === RESIZE ? resize : undefined;
    if (stream && content.length > 0) drain(client, runtime, stream.write(content));
  });
}
