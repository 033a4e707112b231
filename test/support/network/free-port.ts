import { isTaken } from '../../../cli/cluster/ports.ts';

/**
 * Between the ports of Services on nodes and those that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range) on one side, and those of
 * well-known programs on the other: such a connection may take a port before its server does.
 */
const [FIRST, LAST] = [20_000, 30_000];
/** Each of jest's processes has ports of its own: a server takes its port a moment after it was found free. */
const SHARES = 16;
const SHARE = (LAST - FIRST) / SHARES;
const first = FIRST + (Number(process.env.JEST_WORKER_ID ?? 0) % SHARES) * SHARE;
let next = Math.floor(Math.random() * SHARE);

/** Returns a TCP port that was free on this machine a moment ago. No two calls return the same one, but for hundreds of calls in between. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < SHARE; tries++) {
    const port = first + next;
    next = (next + 1) % SHARE;
    if (!(await isTaken(port))) return port;
  }
  throw new Error(`no port from ${first} to ${first + SHARE - 1} is free`);
}
