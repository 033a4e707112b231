import type { Answer, DecodedPacket, Packet } from 'dns-packet';
import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, RECURSION_DESIRED, TRUNCATED_RESPONSE } from 'dns-packet';
import type { Question, Reply, ResponseCode } from './answer.ts';

const CODES: Readonly<Record<ResponseCode, number>> = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };
/** Sizes of UDP answers: for clients without EDNS (RFC 1035), and the most that passes any path unfragmented (DNS Flag Day 2020). */
const PLAIN_UDP_BYTES = 512;
const MAX_UDP_BYTES = 1232;
const MAX_TCP_BYTES = 65_535;
const HEADER_BYTES = 12;
const OUR_EDNS: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: MAX_UDP_BYTES,
  flags: 0,
  extendedRcode: 0,
  ednsVersion: 0,
  flag_do: false,
  options: [],
};

/** A query, as far as it can be read. */
export interface Query {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** Undefined if the query can be answered by `code` only. */
  readonly question: Question | undefined;
  readonly code: ResponseCode;
  /** It speaks EDNS, and takes this many bytes over UDP. */
  readonly udpBytes: number | undefined;
  /** It asks for DNSSEC records: these come from outside only. */
  readonly dnssec: boolean;
}

/** Reads a query; undefined for what is none and gets no answer (too short, or a response). */
export function readQuery(message: Buffer): Query | undefined {
  if (message.length < HEADER_BYTES || (message.readUInt8(2) & 0x80) !== 0) return undefined;
  const id = message.readUInt16BE(0);
  const failed = (code: ResponseCode): Query => ({ id, recursionDesired: false, question: undefined, code, udpBytes: undefined, dnssec: false });
  if (((message.readUInt8(2) >> 3) & 0xf) !== 0) return failed('NOTIMP');
  let packet: DecodedPacket;
  try {
    packet = decode(message);
  } catch {
    return failed('FORMERR');
  }
  const [question, more] = packet.questions ?? [];
  if (!question || more) return failed('FORMERR');
  const edns = packet.additionals?.find((record) => record.type === 'OPT');
  return {
    id,
    recursionDesired: ((packet.flags ?? 0) & RECURSION_DESIRED) !== 0,
    question: question.class === undefined || question.class === 'IN' ? { name: question.name, type: question.type } : undefined,
    code: 'REFUSED',
    udpBytes: edns ? Math.max(PLAIN_UDP_BYTES, edns.udpPayloadSize) : undefined,
    dnssec: edns ? edns.flag_do : false,
  };
}

/** The most bytes that may answer a query. */
export const answerLimit = (query: Query, transport: 'udp' | 'tcp'): number =>
  transport === 'tcp' ? MAX_TCP_BYTES : Math.min(query.udpBytes ?? PLAIN_UDP_BYTES, MAX_UDP_BYTES);

/** The message that answers; what does not fit goes: first the additional records, then answers, with the TC bit (RFC 2181, 9). */
export function writeReply(query: Query, reply: Reply, limit: number): Buffer {
  const flags =
    CODES[reply.code] | (reply.authoritative ? AUTHORITATIVE_ANSWER : 0) | (query.recursionDesired ? RECURSION_DESIRED : 0) | RECURSION_AVAILABLE;
  const edns = query.udpBytes === undefined ? [] : [OUR_EDNS];
  const write = (part: Pick<Packet, 'answers' | 'authorities' | 'additionals'>, truncated = false) =>
    compress(
      encode({
        type: 'response',
        id: query.id,
        flags: flags | (truncated ? TRUNCATED_RESPONSE : 0),
        questions: query.question ? [query.question] : [],
        ...part,
        additionals: [...(part.additionals ?? []), ...edns],
      }),
    );
  const { answers, authorities, additionals } = reply;
  let message = write({ answers: [...answers], authorities: [...authorities], additionals: [...additionals] });
  if (message.length <= limit) return message;
  message = write({ answers: [...answers], authorities: [...authorities] });
  for (let kept = answers.length - 1; message.length > limit; kept = Math.floor(kept / 2)) {
    message = write({ answers: answers.slice(0, kept) }, true);
    if (kept === 0) break;
  }
  return message;
}

/** Puts a pointer to the question (RFC 1035, 4.1.4) where a record's name repeats it: dns-packet writes names in full. */
function compress(message: Buffer): Buffer {
  if (message.readUInt16BE(4) !== 1) return message;
  const nameEnd = skipName(message, HEADER_BYTES);
  const name = message.subarray(HEADER_BYTES, nameEnd);
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let to = nameEnd + 4;
  let from = to;
  for (let record = 0; record < records; record++) {
    const end = skipName(message, from);
    if (name.length > 2 && name.equals(message.subarray(from, end))) {
      message.writeUInt16BE(0xc000 | HEADER_BYTES, to);
      to += 2;
    } else {
      message.copy(message, to, from, end);
      to += end - from;
    }
    const rest = 10 + message.readUInt16BE(end + 8);
    message.copy(message, to, end, end + rest);
    to += rest;
    from = end + rest;
  }
  return message.subarray(0, to);
}

function skipName(message: Buffer, at: number): number {
  while (message.readUInt8(at) !== 0) at += message.readUInt8(at) + 1;
  return at + 1;
}
