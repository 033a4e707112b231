import { StatusError } from '../../api/meta/status-error.ts';

/** The request of a reader of logs: core/v1 PodLogOptions. */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly limitBytes: number | undefined;
  readonly stream: 'All' | 'Stdout' | 'Stderr';
}

/** @throws StatusError BadRequest naming the parameter that is wrong. */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions {
  const sinceSeconds = whole(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime');
  if (sinceSeconds !== undefined && sinceTime) throw bad('at most one of `sinceTime` or `sinceSeconds` may be specified');
  const parsed = sinceTime ? Date.parse(sinceTime) : undefined;
  if (parsed !== undefined && Number.isNaN(parsed))
    throw bad(`sinceTime: Invalid value: ${JSON.stringify(sinceTime)}: must be a time as of RFC 3339`);
  const stream = query.get('stream') ?? 'All';
  if (stream !== 'All' && stream !== 'Stdout' && stream !== 'Stderr')
    throw bad(`stream: Unsupported value: ${JSON.stringify(stream)}: supported values: "All", "Stderr", "Stdout"`);
  return {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    tailLines: whole(query, 'tailLines'),
    since: parsed ?? (sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000),
    limitBytes: whole(query, 'limitBytes'),
    stream,
  };
}

const bad = (message: string) => new StatusError('BadRequest', message);
const flag = (query: URLSearchParams, name: string): boolean => ['', 'true', '1', 't', 'T', 'TRUE', 'True'].includes(query.get(name) ?? 'false');

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw bad(`${name}: Invalid value: ${JSON.stringify(text)}: must be a whole number, not negative`);
  return Number(text);
}
