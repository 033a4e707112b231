import type { WebSocket } from 'ws';
import { createWebSocketStream } from 'ws';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { ServedStream } from './spdy-server.ts';
import { serveSpdy } from './spdy-server.ts';
import type { Upgrade } from './web-socket.ts';
import { acceptWebSocket } from './web-socket.ts';
import type { WantedStreams } from './websocket-bridge.ts';

/** The protocols of exec and attach, newest first; before v4 an outcome is told in words, and only if it is a failure. */
const COMMAND_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io', 'channel.k8s.io', 'base64.channel.k8s.io'];
const SPDY_COMMAND_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
/** A WebSocket around SPDY, and the older form with two channels a port. */
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const PORT_PROTOCOLS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', 'portforward.k8s.io', 'channel.k8s.io', 'base64.channel.k8s.io'];
const SPDY_PORT_PROTOCOL = 'portforward.k8s.io';
/** The first byte of each message names its stream (https://kubernetes.io/docs/reference/using-api/ – remote command subprotocols). */
const STDOUT = 1;
const ERROR = 3;

/** The output and the exit code that a command would have had. */
export interface CommandAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

const isWebSocket = ({ request }: Upgrade): boolean => request.headers.upgrade?.toLowerCase() === 'websocket';
const listed = (header: string | readonly string[] | undefined): readonly string[] =>
  [header ?? []].flat().flatMap((text) => text.split(',').map((name) => name.trim()));

/** Completes the handshake with the first of `supported` that the client offers. Refuses a client that offers none of them, unless it offers nothing. */
function openWebSocket(upgrade: Upgrade, supported: readonly string[], use: (stream: WebSocket, protocol: string) => void): void {
  const offered = listed(upgrade.request.headers['sec-websocket-protocol']).filter((name) => name !== '');
  const protocol = supported.find((name) => offered.includes(name));
  if (protocol === undefined && offered.length > 0) {
    refuseUpgrade(upgrade.socket, 403, `none of the WebSocket protocols ${offered.join(', ')} is supported`);
    return;
  }
  acceptWebSocket(upgrade, protocol, (stream) => use(stream, protocol ?? ''));
}

/** Completes the handshake of a SPDY connection. */
function openSpdy({ request, socket, head }: Upgrade, supported: readonly string[], onStream: (stream: ServedStream) => void): void {
  const offered = listed(request.headers['x-stream-protocol-version']).filter((name) => name !== '');
  const protocol = supported.find((name) => offered.includes(name));
  if (protocol === undefined && offered.length > 0) {
    refuseUpgrade(
      socket,
      403,
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${supported.join(' ')}]`,
    );
    return;
  }
  const version = protocol === undefined ? '' : `X-Stream-Protocol-Version: ${protocol}\r\n`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${version}\r\n`);
  serveSpdy(socket, head, onStream);
}

/** Answers exec and attach on a simulated pod with the output and the exit code that it would have had, and closes. */
export function serveSimulatedCommand(answer: CommandAnswer, wanted: WantedStreams, upgrade: Upgrade): void {
  if (!isWebSocket(upgrade)) {
    overSpdy(answer, wanted, upgrade);
    return;
  }
  openWebSocket(upgrade, COMMAND_PROTOCOLS, (stream, protocol) => {
    const base64 = protocol.includes('base64');
    const send = (channel: number, text: string) =>
      stream.send(base64 ? `${channel}${Buffer.from(text).toString('base64')}` : Buffer.concat([Buffer.of(channel), Buffer.from(text)]));
    if (answer.stdout !== '' && wanted.stdout) send(STDOUT, answer.stdout);
    const outcome = outcomeText(answer.exitCode, protocol);
    if (outcome !== '') send(ERROR, outcome);
    stream.close(1000);
  });
}

/** The answer goes out when the client has opened all the streams that it asked for. */
function overSpdy(answer: CommandAnswer, { stdin, stdout, stderr, tty }: WantedStreams, upgrade: Upgrade): void {
  const missing = new Set(['error', ...(stdin ? ['stdin'] : []), ...(stdout ? ['stdout'] : []), ...(stderr && !tty ? ['stderr'] : [])]);
  const streams: ServedStream[] = [];
  const version = SPDY_COMMAND_PROTOCOLS.find((name) => listed(upgrade.request.headers['x-stream-protocol-version']).includes(name)) ?? '';
  openSpdy(upgrade, SPDY_COMMAND_PROTOCOLS, (stream) => {
    streams.push(stream);
    missing.delete(stream.headers.streamtype ?? '');
    if (missing.size > 0) return;
    const write = (type: string, text: string) => text !== '' && streams.find(({ headers }) => headers.streamtype === type)?.write(text);
    write('stdout', answer.stdout);
    write('error', outcomeText(answer.exitCode, version));
    for (const each of streams.splice(0)) each.end();
    upgrade.socket.end();
  });
}

/** Answers every connection through a forwarded port of a simulated pod with an error, which clients print. */
export function serveSimulatedPorts(refusal: string, ports: readonly number[], upgrade: Upgrade): void {
  /** Each forwarded connection is two streams; the one for errors says why the other ends. */
  const refuse = (stream: ServedStream) => {
    if (stream.headers.streamtype === 'error') stream.write(refusal);
    stream.end();
  };
  if (!isWebSocket(upgrade)) {
    openSpdy(upgrade, [SPDY_PORT_PROTOCOL], refuse);
    return;
  }
  openWebSocket(upgrade, [TUNNEL, ...PORT_PROTOCOLS], (stream, protocol) => {
    if (protocol === TUNNEL) {
      const connection = createWebSocketStream(stream);
      connection.on('error', () => connection.destroy());
      return serveSpdy(connection, Buffer.alloc(0), refuse);
    }
    const base64 = protocol.includes('base64');
    const send = (channel: number, content: Buffer) =>
      stream.send(base64 ? `${String.fromCharCode(channel)}${content.toString('base64')}` : Buffer.concat([Buffer.of(channel), content]));
    for (const [index, port] of ports.entries()) {
      const number = Buffer.alloc(2);
      number.writeUInt16LE(port);
      // Both channels of a port begin with its number.
      for (const channel of [2 * index, 2 * index + 1]) send(channel, number);
      send(2 * index + 1, Buffer.from(refusal));
    }
    stream.close(1000);
  });
}

/** The outcome of a command as the stream for errors tells it. */
function outcomeText(exitCode: number, protocol: string): string {
  const message = `command terminated with non-zero exit code: exit status ${exitCode}`;
  if (!/^v[45]\./.test(protocol)) return exitCode === 0 ? '' : message;
  if (exitCode === 0) return JSON.stringify({ metadata: {}, status: 'Success' });
  const details = { causes: [{ reason: 'ExitCode', message: String(exitCode) }] };
  return JSON.stringify({ metadata: {}, status: 'Failure', reason: 'NonZeroExitCode', message, details });
}
