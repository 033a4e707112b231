import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Answer } from 'dns-packet';
import { decode, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet';

export interface TestResolver {
  close(): Promise<void>;
}

const NXDOMAIN = 3;

/**
 * Starts a resolver for names outside the cluster, on port 53 of a loopback address. It answers NXDOMAIN for all names but the given ones.
 * Over UDP it truncates answers of more than ten records.
 */
export async function startResolver(address: string, names: Readonly<Record<string, readonly string[]>>): Promise<TestResolver> {
  const respond = (message: Buffer, udp: boolean): Buffer => {
    const { id, questions = [] } = decode(message);
    const [question] = questions;
    const ips = names[question?.name.toLowerCase() ?? ''];
    const answers: Answer[] = question?.type === 'A' ? (ips ?? []).map((data) => ({ type: 'A', name: question.name, ttl: 60, data })) : [];
    const truncated = udp && answers.length > 10;
    const flags = RECURSION_AVAILABLE | (truncated ? TRUNCATED_RESPONSE : 0) | (ips ? 0 : NXDOMAIN);
    return encode({ type: 'response', id, flags, questions, answers: truncated ? [] : answers });
  };
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => udp.send(respond(message, true), from.port, from.address));
  await new Promise<void>((resolve) => udp.bind(53, address, resolve));
  const tcp = createServer((socket) => {
    socket
      .on('error', () => socket.destroy())
      .on('data', (part) => {
        const answer = respond(part.subarray(2), false);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.end(Buffer.concat([length, answer]));
      });
  });
  await new Promise<void>((resolve) => tcp.listen(53, address, resolve));
  return {
    close: async () => {
      await Promise.all([new Promise<void>((resolve) => udp.close(resolve)), new Promise<void>((resolve) => tcp.close(() => resolve()))]);
    },
  };
}
