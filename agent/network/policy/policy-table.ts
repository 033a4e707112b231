import { sha256Hex } from '../../../base/sha256.ts';
import type { Item } from '../proxy/ledger.ts';

/** The table of the network policies, in family `ip`: `nft delete table ip skiff-policies` takes back all. */
export const POLICY_TABLE = 'ip skiff-policies';

export type Direction = 'ingress' | 'egress';

/** Named counters of packets that were dropped. */
export const DENIED = { ingress: 'denied_ingress', egress: 'denied_egress', spoofed: 'denied_spoofed' } as const;

/** Maps and sets that the base chains look into. */
const FIXED = {
  /** Addresses of pods of this node that a policy of the direction selects → the chain of the policies that do. */
  ingress_pods: 'map ingress_pods { type ipv4_addr : verdict; }',
  egress_pods: 'map egress_pods { type ipv4_addr : verdict; }',
  /** (pod address, the same address) of those pods: no policy keeps a pod from itself. */
  self: 'set self { type ipv4_addr . ipv4_addr; }',
} as const;

export const policyElement = (collection: keyof typeof FIXED, key: string, value = ''): Item => ({ type: 'element', collection, key, value });

/**
 * Returns the text that replaces whatever table of ours there is by one in which no pod is isolated, in one transaction with what follows it.
 *
 * The chains stand in the forward hook, behind the service proxy's DNAT and before its masquerading: they see the client and the backend as
 * they are. What the node itself sends to its pods, and they to it, is not forwarded, and so always allowed, as upstream asks. A connection is
 * judged by its first packet. What the first chain accepts goes on to the second.
 */
export const basePolicyTable = (): string => `add table ${POLICY_TABLE}
delete table ${POLICY_TABLE}
table ${POLICY_TABLE} {
${[...Object.values(FIXED), ...Object.values(DENIED).map((name) => `counter ${name} { }`)].join('\n')}
chain egress {
type filter hook forward priority filter + 10; policy accept;
ct state established,related accept
iifname "veth*" fib saddr . iif oif missing counter name ${DENIED.spoofed} drop
ip saddr . ip daddr @self accept
ip saddr vmap @egress_pods
}
chain ingress {
type filter hook forward priority filter + 11; policy accept;
ct state established,related accept
ip saddr . ip daddr @self accept
ip daddr vmap @ingress_pods
}
}
`;

export const shortHash = (text: string): string => sha256Hex(text).slice(0, 12);

/** Returns a name for a chain; nftables takes up to 128 bytes. The hash tells two long ones apart, the rest is for those who read the table. */
export const namedFor = (kind: string, id: string): string => `${kind}-${shortHash(id)}/${id}`.slice(0, 110);
