import { hostname, networkInterfaces } from 'node:os';

/** The machine's own IPv4 addresses, without loopback and the interfaces of containers; the main one comes first. */
export function machineIps(): string[] {
  const found: string[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (/^(skiff|cni|docker|veth|br-|virbr|flannel|cali)/.test(name)) continue;
    for (const address of addresses ?? []) if (address.family === 'IPv4' && !address.internal) found.push(address.address);
  }
  return found;
}

/** The machine's name as a node name: in lower case, as Kubernetes wants names. */
export const machineName = (): string => hostname().toLowerCase();
