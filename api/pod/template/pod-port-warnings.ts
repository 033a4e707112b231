import type { ContainerPort } from '../container/container.ts';
import { eachContainer } from '../spec/pod-containers.ts';
import type { PodSpec } from '../spec/pod-spec.ts';

/** Ports of one number are compared in pairs, up to so many per pod: an answer has room for some dozens of warnings. */
const MAX_COMPARISONS = 20_000;

/** Returns the warnings about ports of a pod's containers that conflict, since the containers share one network. */
export function portWarnings(spec: PodSpec, field: string): string[] {
  const warnings: string[] = [];
  const known = new Map<string, { readonly at: string; readonly port: ContainerPort }[]>();
  const named = new Map<string, string>();
  let comparisons = MAX_COMPARISONS;
  eachContainer(spec, ({ ports }, list, i) => {
    ports?.forEach((port, j) => {
      const at = `${field}.${list}[${i}].ports[${j}]`;
      const first = named.get(port.name ?? '');
      if (first !== undefined) {
        warnings.push(`${at}: duplicate port name "${port.name}" with ${first}, services and probes that select ports by name will use ${first}`);
      } else if (port.name) named.set(port.name, at);
      if (port.hostIP && !port.hostPort) warnings.push(`${at}: hostIP set without hostPort: ${shown(port)}`);
      const key = `${port.containerPort}/${port.protocol}`;
      const others = known.get(key) ?? [];
      if (others.length === 0) known.set(key, others);
      for (const other of others) {
        if (--comparisons < 0) break;
        const how = clash(port, other.port);
        if (how) warnings.push(`${at}: ${how} with ${other.at}`);
      }
      others.push({ at, port });
    });
  });
  return warnings;
}

/** Returns the conflict of two ports of one number and protocol; undefined if there is none. */
function clash(a: ContainerPort, b: ContainerPort): string | undefined {
  const [ip, otherIp] = [a.hostIP ?? '', b.hostIP ?? ''];
  const [port, otherPort] = [a.hostPort ?? 0, b.hostPort ?? 0];
  if (ip === otherIp && port === otherPort) return 'duplicate port definition';
  if (port === 0 || otherPort === 0) return 'overlapping port definition';
  if (port === otherPort && (ip === '') !== (otherIp === '')) return 'dangerously ambiguous port definition';
  return undefined;
}

/** Formats a port as Go prints the structure. */
const shown = ({ name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' }: ContainerPort): string =>
  `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
