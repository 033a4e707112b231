import { hostname, networkInterfaces } from 'node:os';

/** The machine's own IPv4 addresses, loopback and what skiff itself made left out; the one most likely to be the machine's comes first. */
export function machineIps(): string[] {
  const found: string[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (/^(skiff|cni|docker|veth|br-|virbr|flannel|cali)/.test(name)) continue;
    for (const address of addresses ?? []) if (address.family === 'IPv4' && !address.internal) found.push(address.address);
  }
  return found;
}

/** The machine's name as a node's: lower case, as Kubernetes wants names. */
export const machineName = (): string => hostname().toLowerCase();
