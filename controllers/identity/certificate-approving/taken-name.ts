import { dns1123SubdomainFaults } from '../../../api/validation/name-rules.ts';
import type { Hold } from '../certificates/decide.ts';
import { NODE_PREFIX } from '../certificates/kubelet-requests.ts';

/** Another request for the same node's client certificate that has been approved. */
export interface ApprovedRequest {
  readonly name: string;
  /** DER of the public key, in base64. */
  readonly publicKey: string;
  /** Milliseconds since the epoch; undefined as long as nothing is issued. */
  readonly expires: number | undefined;
}

const REMEDY = 'An administrator may approve the request with "kubectl certificate approve"';

/** The names of the API server, in lower case: no node is called so. */
export type ReservedNames = ReadonlySet<string>;

/**
 * Returns why a name must not be given to a new key: it is no node's, its node exists, or a certificate for it was granted to another key and
 * still holds. Returns undefined if the name is free. `now` in milliseconds.
 */
export function takenName(
  asked: { readonly commonName: string; readonly publicKey: string },
  found: { readonly nodeExists: boolean; readonly approved: readonly ApprovedRequest[]; readonly reserved: ReservedNames },
  now: number,
): Hold | undefined {
  const name = asked.commonName.slice(NODE_PREFIX.length);
  const node = JSON.stringify(name);
  const [fault] = dns1123SubdomainFaults(name);
  if (fault !== undefined) return { reason: 'InvalidNodeName', message: `${node} is no name of a node: ${fault}` };
  if (found.reserved.has(name)) {
    return { reason: 'NodeNameReserved', message: `${node} is a name of the API server, not of a node. Choose another one with --node-name.` };
  }
  if (found.nodeExists) {
    return {
      reason: 'NodeExists',
      message: `node ${node} exists already, and renews its certificate under its own identity. ${REMEDY}, or delete the node first.`,
    };
  }
  const other = found.approved.find((each) => each.publicKey !== asked.publicKey && (each.expires === undefined || each.expires > now));
  if (!other) return undefined;
  return {
    reason: 'NodeNameTaken',
    message: `the name of node ${node} was granted to another key by certificate signing request ${JSON.stringify(other.name)}. ${REMEDY}, or delete that one first.`,
  };
}
