/** For tests: the two ends of connections, each a process of Node in whatever network namespace. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface RequestOptions {
  /** `tcp` and `udp` talk to the server below, `http` to any web server. Default tcp. */
  readonly protocol?: 'tcp' | 'udp' | 'http';
  /** One after the other, each with a connection of its own. Default 1. */
  readonly count?: number;
  /** UDP: the port that all are sent from. */
  readonly localPort?: number;
}

const SERVER = `
const [name, port] = process.argv.slice(1);
require('net').createServer((socket) => { socket.on('error', () => {}); socket.end(name + ' saw ' + socket.remoteAddress); }).listen(+port, '0.0.0.0', () => console.log('up'));
const udp = require('dgram').createSocket('udp4');
udp.on('message', (_, from) => udp.send(name + ' saw ' + from.address, from.port, from.address)).bind(+port);
`;
const CLIENT = `
const tcp = ({ address, port }) => new Promise((resolve) => {
  const socket = require('net').connect({ host: address, port, timeout: 1000 });
  let text = '';
  socket.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text)).on('error', (error) => resolve(error.code));
  socket.on('timeout', () => { socket.destroy(); resolve('TIMEOUT'); });
});
const http = ({ address, port }) => new Promise((resolve) => {
  const request = require('http').get({ host: address, port, timeout: 1000, agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text.trim()));
  });
  request.on('error', (error) => resolve(error.code)).on('timeout', () => { resolve('TIMEOUT'); request.destroy(); });
});
const udp = ({ address, port, localPort }) => new Promise((resolve) => {
  const socket = require('dgram').createSocket('udp4');
  const finish = (text) => { clearTimeout(timer); socket.close(); resolve(text); };
  const timer = setTimeout(() => finish('TIMEOUT'), 1000);
  socket.on('message', (message) => finish(String(message))).on('error', (error) => finish(error.code)).bind(localPort ?? 0);
  socket.on('connect', () => socket.send('hello'));
  socket.connect(port, address);
});
require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, protocol, count, ...target } = JSON.parse(line);
  const answers = [];
  for (let at = 0; at < count; at++) answers.push(await { tcp, udp, http }[protocol](target));
  console.log(JSON.stringify({ id, answers }));
});
`;

/** A process that ends when it is killed, or with this one. */
export interface Peer {
  /** Kills it. */
  end(): void;
}

export interface ClientPeer extends Peer {
  /** Resolves with what answered each request, or why nothing did: the error's code, or TIMEOUT after a second. */
  request(address: string, port: number, options?: RequestOptions): Promise<string[]>;
}

/** Starts a server on TCP and UDP that answers `NAME saw SOURCE`, by the command before Node's (`nsenter …`). Resolves once it listens. */
export async function startServer(before: readonly string[], name: string, port: number): Promise<Peer> {
  const [command = '', ...args] = [...before, process.execPath, '-e', SERVER, name, String(port)];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return { end: () => void child.kill('SIGKILL') };
}

/** Starts a client, by the command before Node's. One process sends all requests, as the start of one takes longer than a request. */
export function startClient(before: readonly string[]): ClientPeer {
  const [command = '', ...args] = [...before, process.execPath, '-e', CLIENT];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, { resolve(answers: string[]): void; reject(error: Error): void }>();
  const ended = () => {
    for (const { reject } of waiting.values()) reject(new Error(`the client (${before.join(' ')}) has ended`));
    waiting.clear();
  };
  child.once('exit', ended).once('error', ended);
  // Its end is told by the event above.
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, answers }: { id: number; answers: string[] } = JSON.parse(line);
    waiting.get(id)?.resolve(answers);
    waiting.delete(id);
  });
  let last = 0;
  return {
    request: (address, port, { protocol = 'tcp', count = 1, localPort } = {}) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, protocol, count, address, port, localPort })}\n`);
      }),
    end: () => void child.kill('SIGKILL'),
  };
}
