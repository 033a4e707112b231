import { readFile } from 'node:fs/promises';
import { readySandbox } from '../../contract/observation.ts';
import { podCgroup } from '../../spec/pod-resources.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

/** The counters of one network interface. */
export interface InterfaceUsage {
  readonly name: string;
  readonly received: Traffic;
  readonly sent: Traffic;
}

interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** Interfaces that are no way out of a namespace. cAdvisor leaves them out too. */
const IGNORED = /^(lo|veth|docker|nerdctl)/;

/** Reads the text of /proc/net/dev: a line per interface, with eight counters of what came in and eight of what went out. */
export function interfacesIn(text: string): InterfaceUsage[] {
  return [...text.matchAll(/^\s*([^\s:]+):\s*(.*)$/gm)].flatMap(([, name = '', rest = '']) => {
    if (IGNORED.test(name)) return [];
    const [inBytes = 0, inPackets = 0, inErrors = 0, inDropped = 0, , , , , outBytes = 0, outPackets = 0, outErrors = 0, outDropped = 0] = rest
      .split(/\s+/)
      .map(Number);
    return [
      {
        name,
        received: { bytes: inBytes, packets: inPackets, errors: inErrors, dropped: inDropped },
        sent: { bytes: outBytes, packets: outPackets, errors: outErrors, dropped: outDropped },
      },
    ];
  });
}

const interfacesOf = async (process: number | 'self'): Promise<InterfaceUsage[]> =>
  interfacesIn(await readFile(`/proc/${process}/net/dev`, 'utf8').catch(() => ''));

/** Returns the interfaces of the machine; none of a simulated node. */
export const machineNetwork = async (node: UsageNode): Promise<InterfaceUsage[]> => (node.runtime.simulated ? [] : interfacesOf('self'));

/** Returns the interfaces of a pod: none of one on the node's network, or that does not run. */
export async function podNetwork(node: UsageNode, pods: UsagePods, uid: string): Promise<InterfaceUsage[]> {
  const pod = pods.byUid(uid)?.pod;
  const sandbox = readySandbox(node.cache.of(uid));
  if (node.runtime.simulated || !pod || !sandbox || pod.spec?.hostNetwork) return [];
  const process = await node.cgroups.someProcess(`${podCgroup(pod, node.cgroupRoot).path}/${sandbox.id}`);
  return process === undefined ? [] : interfacesOf(process);
}
