import { freePortFrom } from '../../../cli/cluster/ports.ts';

/**
 * Between the ports of Services on nodes and those that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range) on one side, and those of
 * well-known programs on the other: such a connection may take a port before its server does.
 */
const [FIRST, LAST] = [20_000, 30_000];

/** Returns a TCP port that was free on this machine a moment ago. */
export const freePort = (): Promise<number> => freePortFrom(FIRST + Math.floor(Math.random() * (LAST - FIRST)));
