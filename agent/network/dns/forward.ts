import type { Answer } from 'dns-packet';
import { DNSSEC_OK, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import type { Clock } from '../../../base/clock.ts';
import { createSharedRuns } from '../../../base/shared-runs.ts';
import type { Question, Reply, ResponseCode } from './answer.ts';
import type { DnsMetrics } from './metrics.ts';
import type { Exchange } from './upstream.ts';

export interface ForwarderOptions {
  readonly resolvers: () => Promise<readonly string[]>;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly metrics?: DnsMetrics;
}

const MAX_ENTRIES = 4096;
/** As the Corefile that kubeadm writes: `cache 30`. */
const MAX_TTL_SECONDS = 30;
const EDNS_BYTES = 1232;
const CODES: Readonly<Record<string, ResponseCode>> = {
  NOERROR: 'NOERROR',
  FORMERR: 'FORMERR',
  NXDOMAIN: 'NXDOMAIN',
  NOTIMP: 'NOTIMP',
  REFUSED: 'REFUSED',
};

interface Entry {
  readonly reply: Reply;
  readonly storedAt: number;
  readonly ttl: number;
}

const failure: Reply = { code: 'SERVFAIL', authoritative: false, answers: [], authorities: [], additionals: [] };

/**
 * Asks the node's resolvers for what is not the cluster's, one after the other, and keeps answers for their TTL, 30 s at most.
 * Clients that ask the same at the same time share one query. SERVFAIL when no resolver answers, or there is none.
 */
export function createForwarder(options: ForwarderOptions): (question: Question, dnssec: boolean) => Promise<Reply> {
  const { clock, exchange, metrics } = options;
  const cache = new Map<string, Entry>();
  const share = createSharedRuns<Reply>();

  const ask = async (question: Question, dnssec: boolean): Promise<Reply> => {
    const query = encode({
      type: 'query',
      id: 0,
      flags: RECURSION_DESIRED,
      questions: [question],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: EDNS_BYTES,
          flags: dnssec ? DNSSEC_OK : 0,
          extendedRcode: 0,
          ednsVersion: 0,
          flag_do: dnssec,
          options: [],
        },
      ],
    });
    for (const server of await options.resolvers()) {
      const start = clock.monotonic();
      try {
        const reply = readReply(await exchange(server, query));
        metrics?.forwarded(server, reply.code, (clock.monotonic() - start) / 1000);
        if (reply.code !== 'SERVFAIL') return reply;
      } catch {
        // The next resolver may know; the metrics tell that this one did not.
        metrics?.forwarded(server, 'SERVFAIL', (clock.monotonic() - start) / 1000);
      }
    }
    return failure;
  };

  return async (question, dnssec) => {
    const key = `${question.name.toLowerCase()} ${question.type} ${dnssec}`;
    const known = cache.get(key);
    const age = known ? (clock.monotonic() - known.storedAt) / 1000 : 0;
    metrics?.cached(known !== undefined && age < known.ttl);
    if (known && age < known.ttl) return aged(known.reply, Math.floor(age));
    const reply = await share(key, () => ask(question, dnssec));
    const ttl = timeToLive(reply);
    cache.delete(key);
    if (ttl > 0) cache.set(key, { reply, storedAt: clock.monotonic(), ttl });
    const [oldest] = cache.keys();
    if (cache.size > MAX_ENTRIES && oldest !== undefined) cache.delete(oldest);
    return reply;
  };
}

function readReply(message: Buffer): Reply {
  const packet = decode(message);
  const rcode: unknown = 'rcode' in packet ? packet.rcode : 'SERVFAIL';
  return {
    code: (typeof rcode === 'string' && CODES[rcode]) || 'SERVFAIL',
    authoritative: false,
    answers: packet.answers ?? [],
    authorities: packet.authorities ?? [],
    additionals: (packet.additionals ?? []).filter(({ type }) => type !== 'OPT'),
  };
}

/** Seconds that a reply may be kept: the least TTL in it; a negative one as its SOA record says (RFC 2308). */
function timeToLive({ code, answers, authorities }: Reply): number {
  if (code !== 'NOERROR' && code !== 'NXDOMAIN') return 0;
  const negative = authorities.flatMap((record) => (record.type === 'SOA' ? [Math.min(record.ttl ?? 0, record.data.minimum ?? 0)] : []));
  const ttls = answers.length > 0 ? answers.map(ttlOf) : negative;
  return ttls.length === 0 ? 0 : Math.min(MAX_TTL_SECONDS, ...ttls);
}

const ttlOf = (record: Answer): number => ('ttl' in record ? (record.ttl ?? 0) : 0);

function aged(reply: Reply, seconds: number): Reply {
  const older = (records: readonly Answer[]) =>
    records.map((record) => ('ttl' in record ? { ...record, ttl: Math.max(0, (record.ttl ?? 0) - seconds) } : record));
  return { ...reply, answers: older(reply.answers), authorities: older(reply.authorities), additionals: older(reply.additionals) };
}
