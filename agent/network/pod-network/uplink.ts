import { readFile } from 'node:fs/promises';

export interface Uplink {
  readonly device: string;
  /** Bytes. */
  readonly mtu: number;
}

const ETHERNET_MTU = 1500;
const UP_AND_GATEWAY = 0x3;

/** The device of the default route with the lowest metric, from the text of /proc/net/route. */
export function defaultRouteDevice(table: string): string | undefined {
  const rows = table.trim().split('\n').slice(1);
  const routes = rows
    .map((row) => row.split(/\s+/))
    .filter((row) => row[1] === '00000000' && (Number.parseInt(row[3] ?? '0', 16) & UP_AND_GATEWAY) !== 0);
  routes.sort((a, b) => Number(a[6]) - Number(b[6]));
  return routes[0]?.[0];
}

/** The device that leads out of this machine; a machine without one gets Ethernet's MTU. */
export async function findUplink(): Promise<Uplink | undefined> {
  const device = defaultRouteDevice(await readFile('/proc/net/route', 'utf8'));
  if (device === undefined) return undefined;
  const mtu = Number(await readFile(`/sys/class/net/${device}/mtu`, 'utf8').catch(() => ETHERNET_MTU));
  return { device, mtu };
}

export const DEFAULT_MTU = ETHERNET_MTU;
