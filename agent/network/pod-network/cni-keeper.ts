import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Logger } from '../../../base/log.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { podNetworks } from '../cluster/node-networks.ts';
import { writeCniConfig } from './cni.ts';
import { DEFAULT_MTU, findUplink } from './uplink.ts';

export interface CniKeeperOptions {
  readonly nodes: Informer<Node>;
  readonly nodeName: string;
  readonly confDir: string;
  readonly leasesDir: string;
  readonly log: Logger;
  /** Called when the network list is in place. */
  readonly written: () => void;
}

/** Writes the CNI list as soon as the control plane has given the node a pod CIDR, and again should that change, until the signal aborts. */
export async function keepCniConfig(options: CniKeeperOptions, signal: AbortSignal): Promise<void> {
  const { nodes, nodeName, log } = options;
  const key = { namespace: '', name: nodeName };
  const cidrNow = () => {
    const node = nodes.get(key);
    return node && podNetworks(node)[0];
  };
  let current: string | undefined;
  while (!signal.aborted) {
    const podCIDR = await nextValue(nodes, cidrNow, current, signal);
    if (podCIDR === undefined) return;
    current = podCIDR;
    const uplink = await findUplink();
    const changed = await writeCniConfig({ ...options, podCIDR, mtu: uplink?.mtu ?? DEFAULT_MTU });
    log.info({ podCIDR, changed }, 'the pod network is configured');
    options.written();
  }
}

/** Resolves with the first value that is not `current`; with undefined on abort. */
function nextValue(
  nodes: Informer<Node>,
  read: () => string | undefined,
  current: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let forget = () => {};
    let done = false;
    const finish = (value: string | undefined) => {
      done = true;
      forget();
      signal.removeEventListener('abort', abort);
      resolve(value);
    };
    const abort = () => finish(undefined);
    const check = () => {
      const value = read();
      if (!done && value !== undefined && value !== current) finish(value);
    };
    signal.addEventListener('abort', abort, { once: true });
    forget = nodes.on({ add: check, update: check });
    // A handler that is added late is told of what is there while it is added: before it could be forgotten.
    if (done) forget();
    else if (signal.aborted) abort();
  });
}
