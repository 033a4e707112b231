import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';

/** The first IPv4 address of type InternalIP. */
export const internalAddress = (node: Live<Node>): string | undefined =>
  node.status?.addresses?.find(({ type, address }) => type === 'InternalIP' && isIPv4(address))?.address;

const isIPv4 = (text: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(text);

/** IPv4 pod CIDRs of a node. */
export function podNetworks(node: Live<Node>): string[] {
  const cidrs = node.spec?.podCIDRs?.length ? node.spec.podCIDRs : node.spec?.podCIDR ? [node.spec.podCIDR] : [];
  return cidrs.filter((cidr) => !cidr.includes(':'));
}
