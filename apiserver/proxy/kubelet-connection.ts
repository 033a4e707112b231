import { Agent } from 'node:https';
import type { Node } from '../../api/kinds/core/node/index.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { Target } from './forward.ts';

/**
 * The API server's certificate for node agents, and the authority that theirs are checked against. All PEM. They are read for each
 * connection, since they are renewed while the server runs.
 */
export interface KubeletTls {
  readonly certificate: string;
  readonly key: string;
  /** If undefined, any certificate of an agent is taken, as upstream does without --kubelet-certificate-authority. */
  readonly ca: string | undefined;
}

/** Addresses node agents. */
export interface KubeletConnection {
  /** The agent of a node, at a path. @throws StatusError where there is no such node, or it has no address. */
  target(objects: StorageAccess, nodeName: string, path: string): Target;
}

const DEFAULT_PORT = 10250;
/** In this order; an internal address is what the nodes of one cluster reach each other by. */
const ADDRESS_TYPES = ['InternalIP', 'Hostname', 'InternalDNS', 'ExternalIP', 'ExternalDNS'];

export function nodeAddress(node: Node): string | undefined {
  for (const type of ADDRESS_TYPES) {
    const found = node.status?.addresses?.find((address) => address.type === type);
    if (found) return found.address;
  }
  return undefined;
}

export function kubeletConnection(tls: KubeletTls): KubeletConnection {
  let made: { readonly certificate: string; readonly agent: Agent } | undefined;
  const agentNow = (): Agent => {
    if (made?.certificate === tls.certificate) return made.agent;
    const trust = tls.ca === undefined ? { rejectUnauthorized: false } : { ca: tls.ca };
    const agent = new Agent({ cert: tls.certificate, key: tls.key, ...trust, keepAlive: true, maxCachedSessions: 256 });
    made = { certificate: tls.certificate, agent };
    return agent;
  };
  return {
    target(objects, nodeName, path) {
      const node = objects.get(nodes, { namespace: '', name: nodeName });
      if (!node) throw errors.notFound(nodes, nodeName);
      const host = nodeAddress(node);
      if (host === undefined) throw errors.internal(`no preferred addresses found; known addresses: []`);
      const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port || DEFAULT_PORT;
      return { protocol: 'https', host, port, path, agent: agentNow() };
    },
  };
}
