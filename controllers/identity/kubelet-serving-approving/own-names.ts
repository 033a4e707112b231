import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { IpAddress } from '../../../api/validation/ip-rules.ts';
import { parseIp } from '../../../api/validation/ip-rules.ts';
import type { AltName } from '../../../base/x509/certificate.ts';
import type { Hold } from '../certificates/decide.ts';

/** The names and addresses that stand for something else than the node that asks. */
export interface ForeignNames {
  /** Whether a DNS name (lower case) or an address (canonical) is the API server's. */
  readonly isApiServers: (value: string) => boolean;
  /** Whether an address is a Service's or lies in a range of pods. */
  readonly isInside: (ip: IpAddress) => boolean;
  /** Returns the name of a node other than `asking` that has this name or address. */
  readonly ownerOf: (value: string, asking: string) => string | undefined;
}

/** The one spelling of an address or name, by which they are compared. */
export function canonical(value: string): string {
  const ip = parseIp(value);
  return ip ? ip.bytes.join('.') : value.toLowerCase().replace(/\.$/, '');
}

/** Loopback and unspecified addresses mean another machine to everybody who asks. */
const isEverybodys = ({ family, bytes }: IpAddress): boolean =>
  (family === 4 && bytes[0] === 127) ||
  (family === 6 && bytes.slice(0, 15).every((byte) => byte === 0) && (bytes[15] ?? 0) <= 1) ||
  bytes.every((byte) => byte === 0);
const CLUSTER_NAME = /(^|\.)(localhost|svc|cluster\.local)$/;

const refused = (reason: string, message: string): Hold => ({
  reason,
  message: `${message}. An administrator may approve the request with "kubectl certificate approve".`,
});

/**
 * Returns why a node does not get a serving certificate for these names: it gets one for its own name, and for the addresses in its status,
 * unless they belong to something else. Returns undefined if all are its own.
 */
export function foreignName(node: Live<Node>, altNames: readonly AltName[], foreign: ForeignNames): Hold | undefined {
  const own = new Set([node.metadata.name, ...(node.status?.addresses ?? []).map(({ address }) => address)].map(canonical));
  for (const { type, value } of altNames) {
    const shown = JSON.stringify(value);
    const key = canonical(value);
    if (foreign.isApiServers(key) || (type === 'dns' && CLUSTER_NAME.test(key))) {
      return refused(
        'NameOfCluster',
        `${shown} belongs to the API server or to the cluster's services, not to node ${JSON.stringify(node.metadata.name)}`,
      );
    }
    const ip = parseIp(value);
    if (ip && (isEverybodys(ip) || foreign.isInside(ip))) {
      return refused('AddressNotOwn', `${shown} is not an address of node ${JSON.stringify(node.metadata.name)} alone`);
    }
    const owner = foreign.ownerOf(key, node.metadata.name);
    if (owner !== undefined) return refused('NameOfOtherNode', `${shown} belongs to node ${JSON.stringify(owner)}`);
    if (!own.has(key)) {
      return refused('NameNotOwn', `${shown} is neither the name of node ${JSON.stringify(node.metadata.name)} nor an address in its status`);
    }
  }
  return undefined;
}
