/** For tests: arguments for `node` that make it one end of a connection, to be run in whatever network namespace. */

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
const { protocol, address, port, count, localPort } = JSON.parse(process.argv[1]);
const tcp = () => new Promise((resolve) => {
  const socket = require('net').connect({ host: address, port, timeout: 1000 });
  let text = '';
  socket.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text)).on('error', (error) => resolve(error.code));
  socket.on('timeout', () => { socket.destroy(); resolve('TIMEOUT'); });
});
const http = () => new Promise((resolve) => {
  const request = require('http').get({ host: address, port, timeout: 1000, agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text.trim()));
  });
  request.on('error', (error) => resolve(error.code)).on('timeout', () => { resolve('TIMEOUT'); request.destroy(); });
});
const udp = () => new Promise((resolve) => {
  const socket = require('dgram').createSocket('udp4');
  const finish = (text) => { clearTimeout(timer); socket.close(); resolve(text); };
  const timer = setTimeout(() => finish('TIMEOUT'), 1000);
  socket.on('message', (message) => finish(String(message))).on('error', (error) => finish(error.code)).bind(localPort ?? 0);
  socket.on('connect', () => socket.send('hello'));
  socket.connect(port, address);
});
const one = { tcp, udp, http }[protocol];
(async () => { const answers = []; for (let at = 0; at < count; at++) answers.push(await one()); console.log(JSON.stringify(answers)); })();
`;

/** A server on TCP and UDP that answers `NAME saw SOURCE`; it prints a line once it listens. */
export const serverArgs = (name: string, port: number): string[] => ['-e', SERVER, name, String(port)];

/** A client that prints, as a JSON list, what answered each request, or why nothing did: the error's code, or TIMEOUT after a second. */
export const clientArgs = (address: string, port: number, { protocol = 'tcp', count = 1, localPort }: RequestOptions = {}): string[] => [
  '-e',
  CLIENT,
  JSON.stringify({ protocol, address, port, count, localPort }),
];
