import { createServer } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { ListenAddress } from '../../base/kept-listener.ts';
import { keepListening } from '../../base/kept-listener.ts';
import type { Logger } from '../../base/log.ts';

/** Tells this machine that the agent lives, on kubelet's healthz port, until the signal aborts. */
export async function serveHealthz(address: ListenAddress, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  const server = createServer(({ url = '/' }, response) => {
    const isKnown = /^\/healthz(\/(ping|log|syncloop))?(\?|$)/.test(url);
    const text = isKnown ? 'ok' : '404 page not found\n';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length, connection: 'close' });
    response.end(text);
  });
  await keepListening(server, address, "the agent's health", clock, log, signal);
}
