import { isDeepStrictEqual } from 'node:util';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Labels } from '../../../api/selector/selector.ts';
import type { Protocol } from '../proxy/table.ts';
import { PROTOCOLS } from '../proxy/table.ts';
import { addressNumber } from './address-ranges.ts';

/** The facts about a pod that network policies go by. */
export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Labels;
  /** The pod's IPv4 address; undefined if it has none yet, or none of its own any more. */
  readonly address: string | undefined;
  /** Whether the pod is on this node: the node enforces the policies that select it. */
  readonly isLocal: boolean;
  readonly namedPorts: readonly NamedPort[];
}

export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Reads the protocol of a port; undefined for one that policies do not know. */
export const protocolOf = (text: string | undefined): Protocol | undefined => PROTOCOLS.find((known) => known === (text ?? 'TCP').toLowerCase());

export const ipv4Of = (address: string | undefined): string | undefined =>
  address !== undefined && addressNumber(address) !== undefined ? address : undefined;

/**
 * Returns the facts of a pod. Undefined for a pod in the host's network, which policies neither select nor name as a peer, and for one that has
 * finished, whose address may be another pod's by now. `address` overrides that of the status.
 */
export function policyPod({ metadata, spec, status }: Live<Pod>, isLocal: boolean, address?: string): PolicyPod | undefined {
  if (spec?.hostNetwork || status?.phase === 'Succeeded' || status?.phase === 'Failed') return undefined;
  // Of the init containers only those that run on beside the others (sidecars) are there to be reached.
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const namedPorts = [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports = [] }) =>
    ports.flatMap(({ name, containerPort: port, protocol: text }) => {
      const protocol = protocolOf(text);
      return name && protocol ? [{ name, protocol, port }] : [];
    }),
  );
  const labels = metadata.labels ?? {};
  return { namespace: metadata.namespace ?? '', labels, address: address ?? ipv4Of(status?.podIP), isLocal, namedPorts };
}

export const samePod = (a: PolicyPod | undefined, b: PolicyPod | undefined): boolean => isDeepStrictEqual(a, b);
