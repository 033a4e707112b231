import { readFile } from 'node:fs/promises';
import type { Clock } from '../../../base/clock.ts';

/** IPv4 and IPv6 addresses of the name servers in the text of a resolv.conf, without those in `except`. */
export function nameServers(text: string, except: ReadonlySet<string>): string[] {
  const lines = text.split('\n').map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1]);
  return [...new Set(lines.filter((address) => address !== undefined))].filter((address) => !except.has(address));
}

const REREAD_MS = 30_000;

/** The node's resolvers, as its resolv.conf names them: read again after 30 s, as a DHCP lease may change them. */
export function createResolvers(file: string, except: ReadonlySet<string>, clock: Clock): () => Promise<readonly string[]> {
  let current: Promise<readonly string[]> | undefined;
  let readAt = 0;
  return () => {
    if (!current || clock.monotonic() - readAt > REREAD_MS) {
      readAt = clock.monotonic();
      current = readFile(file, 'utf8').then(
        (text) => nameServers(text, except),
        () => [],
      );
    }
    return current;
  };
}
