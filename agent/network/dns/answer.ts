import type { Answer, RecordType } from 'dns-packet';

/** The TTL of every record about the cluster, in seconds: CoreDNS' default, so that clients follow changes. */
export const CLUSTER_TTL = 5;

export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

/** An answer to one question. */
export interface Reply {
  readonly code: ResponseCode;
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

export interface Question {
  readonly name: string;
  readonly type: RecordType;
}
