import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import { systemClock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { attempt, runCommand, tryCommand } from '../../containerd/command.ts';
import { internalAddress, podNetworks } from '../cluster/node-networks.ts';

/** Marks our routes in the kernel (`ip route show proto 115`), so that they are found again without the process that made them. */
export const ROUTE_PROTOCOL = 115;

/** Pod CIDR → the address of the node that has it. */
export type Routes = ReadonlyMap<string, string>;

/**
 * The routes that `nodes` ask of the node `self`. A node at our own address (a simulated one, or another agent's on this machine) or at a
 * loopback address has none. Returns undefined if our own address is not known yet: the nodes at that address cannot be told from others.
 */
export function wantedRoutes(nodes: readonly Live<Node>[], self: string): Map<string, string> | undefined {
  const own = nodes.find((node) => node.metadata.name === self);
  const ownAddress = own && internalAddress(own);
  if (own === undefined || ownAddress === undefined) return undefined;
  const ownNetworks = new Set(podNetworks(own));
  const routes = new Map<string, string>();
  for (const node of nodes) {
    const via = internalAddress(node);
    if (node === own || via === undefined || via === ownAddress || via.startsWith('127.')) continue;
    for (const cidr of podNetworks(node)) if (!ownNetworks.has(cidr)) routes.set(cidr, via);
  }
  return routes;
}

/** The lines for `ip -batch -` that turn `current` into `wanted`. A new route is added, so that it takes the place of nobody else's. */
export function routeChanges(current: Routes, wanted: Routes): string[] {
  const gone = [...current].filter(([cidr]) => !wanted.has(cidr)).map(([cidr, via]) => `route del ${cidr} via ${via} proto ${ROUTE_PROTOCOL}`);
  const set = [...wanted].filter(([cidr, via]) => current.get(cidr) !== via);
  return [...gone, ...set.map(([cidr, via]) => `route ${current.has(cidr) ? 'replace' : 'add'} ${cidr} via ${via} proto ${ROUTE_PROTOCOL}`)];
}

/** Our routes as the kernel has them now. */
export async function listRoutes(): Promise<Map<string, string>> {
  const output = await runCommand('ip', ['-4', 'route', 'show', 'proto', String(ROUTE_PROTOCOL)]);
  const lines = output.split('\n').map((line) => /^(\S+) via (\S+)/.exec(line));
  return new Map(lines.flatMap((match) => (match?.[1] && match[2] ? [[match[1].includes('/') ? match[1] : `${match[1]}/32`, match[2]]] : [])));
}

export async function removeRoutes(): Promise<void> {
  await attempt('ip', ['-4', 'route', 'flush', 'proto', String(ROUTE_PROTOCOL)]);
}

export interface RouteKeeperOptions {
  readonly nodes: Informer<Node>;
  readonly nodeName: string;
  readonly log: Logger;
  readonly clock?: Clock;
}

const RETRY_MS = 10_000;

/**
 * Keeps routes to the other nodes' pods until the signal aborts; the routes stay then, as the pods do. A route that the kernel refuses (its
 * gateway is on no network of ours, or another program has a route to that network) is tried again every 10 s; the refusal is logged when its
 * words change.
 */
export async function keepRoutes(options: RouteKeeperOptions, signal: AbortSignal): Promise<void> {
  const { nodes, nodeName, log } = options;
  const clock = options.clock ?? systemClock;
  await nodes.ready;
  let current = await listRoutes();
  let wake = () => {};
  let dirty = true;
  const changed = () => {
    dirty = true;
    wake();
  };
  const routeFacts = (node: Live<Node>) => `${internalAddress(node)} ${podNetworks(node).join()}`;
  const forget = nodes.on({
    add: changed,
    update: (node, old) => routeFacts(node) !== routeFacts(old) && changed(),
    delete: changed,
  });
  signal.addEventListener('abort', changed, { once: true });
  let cancelRetry = () => {};
  let refused = '';
  while (!signal.aborted) {
    if (!dirty) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    dirty = false;
    cancelRetry();
    const wanted = wantedRoutes(nodes.list(), nodeName);
    if (wanted === undefined) continue;
    const changes = routeChanges(current, wanted);
    if (changes.length === 0) continue;
    const result = await tryCommand('ip', ['-4', '-force', '-batch', '-'], { input: `${changes.join('\n')}\n` });
    if (result.code === 0) {
      current = wanted;
      refused = '';
      log.info({ routes: wanted.size }, "routes to other nodes' pods are set");
    } else {
      const said = result.stderr.trim();
      if (said !== refused) log.warn({ said }, "not every route to other nodes' pods could be set: tried again");
      refused = said;
      current = await listRoutes();
      cancelRetry = clock.after(RETRY_MS, changed);
    }
  }
  cancelRetry();
  forget();
}
