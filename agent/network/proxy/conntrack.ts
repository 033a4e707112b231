import { CommandError, tryCommand } from '../../containerd/command.ts';
import type { UdpAddress } from './service-plan.ts';

/** Arguments for `conntrack -D`, each a set of flows that point to where nobody answers any more. */
export type StaleFlows = readonly string[];

/**
 * UDP has no connections, but conntrack keeps a client's address bound to the backend that it had first, as long as packets keep coming:
 * flows to backends that are gone, or have another port now, are deleted, and flows that went nowhere before there was a backend. Pure.
 */
export function staleFlows(before: readonly UdpAddress[], after: readonly UdpAddress[]): StaleFlows[] {
  const now = new Map(after.map((address) => [addressText(address), address]));
  const had = new Map(before.map((address) => [addressText(address), address]));
  const flows: StaleFlows[] = [];
  for (const address of before) {
    const remaining = new Set(now.get(addressText(address))?.backends.map(addressText));
    for (const backend of address.backends) {
      if (remaining.has(addressText(backend))) continue;
      flows.push([...flowsOf(address), '--reply-src', backend.ip, '--reply-port-src', String(backend.port)]);
    }
  }
  for (const address of after) {
    if (address.backends.length > 0 && (had.get(addressText(address))?.backends.length ?? 0) === 0) flows.push(flowsOf(address));
  }
  return flows;
}

const addressText = ({ ip, port }: Pick<UdpAddress, 'ip' | 'port'>): string => `${ip ?? '*'}:${port}`;
const flowsOf = ({ ip, port }: UdpAddress): string[] => [
  '-p',
  'udp',
  ...(ip === undefined ? [] : ['--orig-dst', ip]),
  '--orig-port-dst',
  String(port),
];

/** Deletes flows. Resolves with false if there is no `conntrack` program: old flows then last until they are idle for the kernel's UDP time-out (30 – 120 s). */
export async function deleteFlows(flows: readonly StaleFlows[]): Promise<boolean> {
  for (const flow of flows) {
    try {
      await tryCommand('conntrack', ['-D', ...flow]);
    } catch (error) {
      if (error instanceof CommandError) return false;
      throw error;
    }
  }
  return true;
}
