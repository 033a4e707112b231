import type { Answer } from 'dns-packet';
import type { Clock } from '../../../base/clock.ts';
import type { Question, Reply } from './answer.ts';
import type { DnsMetrics } from './metrics.ts';
import { answerLimit, readQuery, writeReply } from './wire.ts';
import type { ZoneAnswer } from './zone-answers.ts';

export interface ResponderOptions {
  /** `cluster.local`. */
  readonly domain: string;
  readonly zone: (question: Question) => ZoneAnswer;
  readonly forward: (question: Question, dnssec: boolean) => Promise<Reply>;
  readonly clock: Clock;
  readonly metrics?: DnsMetrics;
}

/** Answers a message with a message. Returns undefined if it gets no answer. A name of the cluster is answered at once, without a turn of the event loop. */
export type Responder = (message: Buffer, transport: 'udp' | 'tcp') => Buffer | undefined | Promise<Buffer>;

/** ExternalName services may point to each other: so far is followed. */
const MAX_ALIASES = 8;
const empty = { authoritative: false, answers: [], authorities: [], additionals: [] } as const;

export function createResponder({ domain, zone, forward, clock, metrics }: ResponderOptions): Responder {
  const resolveAlias = async (question: Question, alias: Answer, target: string, dnssec: boolean): Promise<Reply> => {
    const answers: Answer[] = [alias];
    if (question.type === 'CNAME') return { ...empty, code: 'NOERROR', authoritative: true, answers };
    let name = target;
    for (let hop = 0; hop < MAX_ALIASES; hop++) {
      const inside = zone({ name, type: question.type });
      if (inside && 'alias' in inside) {
        answers.push(inside.alias);
        name = inside.target;
        continue;
      }
      const rest = inside ? inside.reply : await forward({ name, type: question.type }, dnssec);
      return { ...rest, authoritative: true, answers: [...answers, ...rest.answers] };
    }
    return { ...empty, code: 'SERVFAIL' };
  };

  return (message, transport) => {
    const start = clock.monotonic();
    const query = readQuery(message);
    if (!query) return undefined;
    const { question } = query;
    const finish = (reply: Reply, from: string): Buffer => {
      metrics?.answered(transport, question?.type ?? '', reply.code, from, (clock.monotonic() - start) / 1000);
      return writeReply(query, reply, answerLimit(query, transport));
    };
    if (!question) return finish({ ...empty, code: query.code }, 'dropped');
    const inside = zone(question);
    if (inside && 'reply' in inside) return finish(inside.reply, `${domain}.`);
    if (inside) return resolveAlias(question, inside.alias, inside.target, query.dnssec).then((reply) => finish(reply, `${domain}.`));
    if (!query.recursionDesired) return finish({ ...empty, code: 'REFUSED' }, '.');
    return forward(question, query.dnssec).then((reply) => finish(reply, '.'));
  };
}
