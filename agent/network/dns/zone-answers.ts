import type { Answer } from 'dns-packet';
import type { Question, Reply } from './answer.ts';
import { CLUSTER_TTL } from './answer.ts';

/** The answer, or a name outside that is asked for instead (ExternalName). Undefined if the name is not of the cluster. */
export type ZoneAnswer = { readonly reply: Reply } | { readonly alias: Answer; readonly target: string } | undefined;

/** Builds the answers of one zone. */
export interface ZoneAnswers {
  readonly soa: Answer;
  /** The name does not exist. */
  readonly notFound: ZoneAnswer;
  /** The name exists, and has these records: without one of the wanted type the answer is empty. */
  found(answers: readonly Answer[], additionals?: readonly Answer[]): ZoneAnswer;
  /** As `found`, with the addresses if the question is for addresses. */
  addresses(question: Question, ips: readonly string[]): ZoneAnswer;
}

export function createZoneAnswers(domain: string): ZoneAnswers {
  const soa: Answer = {
    type: 'SOA',
    name: domain,
    ttl: CLUSTER_TTL,
    data: { mname: `ns.dns.${domain}`, rname: `hostmaster.${domain}`, serial: 1, refresh: 7200, retry: 1800, expire: 86_400, minimum: CLUSTER_TTL },
  };
  const reply = (code: Reply['code'], answers: readonly Answer[] = [], additionals: readonly Answer[] = []): ZoneAnswer => ({
    reply: { code, authoritative: true, answers, authorities: answers.length === 0 ? [soa] : [], additionals },
  });
  return {
    soa,
    notFound: reply('NXDOMAIN'),
    found: (answers, additionals) => reply('NOERROR', answers, additionals),
    addresses: (question, ips) => reply('NOERROR', question.type === 'A' ? addressRecords(question.name, ips) : []),
  };
}

export const addressRecords = (name: string, ips: readonly string[]): Answer[] => ips.map((data) => ({ type: 'A', name, ttl: CLUSTER_TTL, data }));

export const serviceRecord = (name: string, target: string, port: number, weight: number): Answer => ({
  type: 'SRV',
  name,
  ttl: CLUSTER_TTL,
  data: { target, port, priority: 0, weight },
});
