import { isIP } from 'node:net';
import type { ApiRequest } from '../contract/request.ts';

/** An address as Go prints it; undefined for a text that is none. */
function addressOf(text: string): string | undefined {
  const trimmed = text.trim().toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(trimmed)?.[1];
  if (mapped !== undefined) return mapped;
  return isIP(trimmed) === 0 ? undefined : trimmed;
}

/**
 * Returns the addresses that a request passed, the client's own first: those of X-Forwarded-For, then X-Real-Ip, both of which clients can
 * make up, and last the other end of the connection (k8s.io/apimachinery/pkg/util/net, SourceIPs). In process it is the loopback address.
 */
export function sourceIps({ headers, connection }: ApiRequest): readonly string[] {
  const found: string[] = [];
  for (const part of headers['x-forwarded-for']?.split(',') ?? []) {
    const address = addressOf(part);
    if (address !== undefined) found.push(address);
  }
  const real = addressOf(headers['x-real-ip'] ?? '');
  if (real !== undefined && !found.includes(real)) found.push(real);
  const remote = connection ? addressOf(connection.remoteAddress) : '127.0.0.1';
  if (remote !== undefined && found.at(-1) !== remote) found.push(remote);
  return found;
}
