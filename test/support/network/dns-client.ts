import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Answer, RecordType } from 'dns-packet';
import { decode, encode, RECURSION_DESIRED } from 'dns-packet';

export interface DnsReply {
  readonly code: string;
  /** The flag TC: the answer did not fit. */
  readonly truncated: boolean;
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

const TIMEOUT_MS = 60_000;

/** Asks a DNS server one question, without EDNS: a UDP answer holds at most 512 bytes. */
export async function askDns(server: string, name: string, type: RecordType = 'A', transport: 'udp' | 'tcp' = 'udp'): Promise<DnsReply> {
  const query = encode({ type: 'query', id: 7, flags: RECURSION_DESIRED, questions: [{ name, type }] });
  const packet = decode(await (transport === 'udp' ? byUdp(server, query) : byTcp(server, query)));
  const code: unknown = 'rcode' in packet ? packet.rcode : undefined;
  return {
    code: String(code),
    truncated: packet.flag_tc,
    authoritative: packet.flag_aa,
    answers: packet.answers ?? [],
    authorities: packet.authorities ?? [],
    additionals: packet.additionals ?? [],
  };
}

function byUdp(server: string, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const finish = (result: Buffer | Error) => {
      clearTimeout(timer);
      socket.close();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const timer = setTimeout(() => finish(new Error(`${server} does not answer`)), TIMEOUT_MS);
    socket.on('message', finish).on('error', finish).send(query, 53, server);
  });
}

function byTcp(server: string, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server, port: 53, timeout: TIMEOUT_MS });
    let all = Buffer.alloc(0);
    socket.on('error', reject).on('timeout', () => socket.destroy(new Error(`${server} does not answer`)));
    socket.on('data', (part) => {
      all = Buffer.concat([all, part]);
      if (all.length < 2 || all.length < 2 + all.readUInt16BE(0)) return;
      socket.destroy();
      resolve(all.subarray(2));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
}
