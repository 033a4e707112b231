export const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Says that a server speaks HTTP where TLS was begun with it (Go's net/http). */
export const PLAIN_ANSWER = 'http: server gave HTTP response to HTTPS client';

/** In the words that kubelet's probes print, which people search for. */
export function dialProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
    ETIMEDOUT: 'connect: connection timed out',
  };
  const known = error.code && words[error.code];
  if (known) return `dial tcp ${hostText(host)}:${port}: ${known}`;
  if (error.code === 'ECONNRESET') return 'EOF';
  if (error.code === 'EPROTO' && error.message.includes('wrong version number')) return PLAIN_ANSWER;
  return error.message;
}
