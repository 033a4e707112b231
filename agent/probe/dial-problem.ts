export const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

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
  return error.message;
}
