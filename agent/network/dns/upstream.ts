import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Clock } from '../../../base/clock.ts';

const PORT = 53;
const TRUNCATED = 0x02;

/** An address with, in tests, a port of its own. */
export interface UpstreamOptions {
  readonly clock: Clock;
  readonly port?: number;
  /** For one server; the next one is asked then. */
  readonly timeoutMs?: number;
}

/** Sends a query to a resolver and resolves with its reply, under the query's own ID. Rejects after the time-out, or if the server cannot be reached. */
export type Exchange = (server: string, query: Buffer) => Promise<Buffer>;

/** By UDP, or by TCP if the answer did not fit. Each query has a socket (a random port) and a random ID, so that answers are hard to forge. */
export function createExchange({ clock, port = PORT, timeoutMs = 2000 }: UpstreamOptions): Exchange {
  const byUdp = (server: string, query: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const id = randomInt(0x10000);
      const socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4');
      const finish = (result: Buffer | Error) => {
        cancel();
        socket.removeAllListeners('message').close();
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const cancel = clock.after(timeoutMs, () => finish(new Error(`${server} did not answer within ${timeoutMs} ms`)));
      socket.on('error', finish);
      socket.on('message', (message) => {
        if (sameQuestion(message, query, id)) finish(withId(message, query.readUInt16BE(0)));
      });
      socket.connect(port, server, () => socket.send(withId(query, id)));
    });

  const byTcp = (server: string, query: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: server, port });
      const parts: Buffer[] = [];
      const finish = (result: Buffer | Error) => {
        cancel();
        socket.destroy();
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const cancel = clock.after(timeoutMs, () => finish(new Error(`${server} did not answer by TCP within ${timeoutMs} ms`)));
      socket.on('error', finish).on('close', () => finish(new Error(`${server} closed the connection`)));
      socket.on('data', (part) => {
        parts.push(part);
        const all = Buffer.concat(parts);
        if (all.length >= 2 && all.length >= 2 + all.readUInt16BE(0)) finish(all.subarray(2, 2 + all.readUInt16BE(0)));
      });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length);
      socket.write(Buffer.concat([length, query]));
    });

  return async (server, query) => {
    const answer = await byUdp(server, query);
    return (answer.readUInt8(2) & TRUNCATED) === 0 ? answer : byTcp(server, query).catch(() => answer);
  };
}

/** A copy with another ID. */
export function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id);
  return copy;
}

/** Whether a reply is one to our query: the ID, and the question as we wrote it. */
function sameQuestion(reply: Buffer, query: Buffer, id: number): boolean {
  if (reply.length < 12 || reply.readUInt16BE(0) !== id || (reply.readUInt8(2) & 0x80) === 0) return false;
  if (reply.readUInt16BE(4) === 0) return true;
  let end = 12;
  while (end < query.length && query.readUInt8(end) !== 0) end += query.readUInt8(end) + 1;
  const question = query.subarray(12, end + 5);
  return (
    question.equals(reply.subarray(12, end + 5)) || question.toString('latin1').toLowerCase() === reply.toString('latin1', 12, end + 5).toLowerCase()
  );
}
