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

/** The routes of a kernel. */
export interface RouteTable {
  list(): Promise<Routes>;
  /** Carries out the lines of `routeChanges` as far as the kernel takes them. Returns the kernel's objection, or nothing. */
  change(lines: readonly string[]): Promise<string | undefined>;
}

const kernelRoutes: RouteTable = {
  list: listRoutes,
  async change(lines) {
    const { code, stderr } = await tryCommand('ip', ['-4', '-force', '-batch', '-'], { input: `${lines.join('\n')}\n` });
    return code === 0 ? undefined : stderr.trim();
  },
};

export interface RouteKeeperOptions {
  readonly nodes: Informer<Node>;
  readonly nodeName: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Default: the kernel's, of the network namespace of this process. */
  readonly table?: RouteTable;
}

const RETRY_MS = 10_000;
const CHECK_MS = 30_000;

/**
 * Keeps routes to the other nodes' pods until the signal aborts; the routes stay then, as the pods do. A route that the kernel refuses (its
 * gateway is on no network of ours, or another program has a route to that network) is tried again every 10 s; the refusal is logged when its
 * words change. Every 30 s it looks whether the routes are still there: a link that goes down takes them along.
 */
export async function keepRoutes(options: RouteKeeperOptions, signal: AbortSignal): Promise<void> {
  const { nodes, nodeName, log, clock = systemClock, table = kernelRoutes } = options;
  await nodes.ready;
  let current = await table.list();
  let wake = () => {};
  let isDirty = true;
  let isCheckDue = false;
  const changed = () => {
    isDirty = true;
    wake();
  };
  const check = () => {
    isCheckDue = true;
    changed();
  };
  const routeFacts = (node: Live<Node>) => `${internalAddress(node)} ${podNetworks(node).join()}`;
  const forget = nodes.on({
    add: changed,
    update: (node, old) => routeFacts(node) !== routeFacts(old) && changed(),
    delete: changed,
  });
  signal.addEventListener('abort', changed, { once: true });
  let cancelCheck = () => {};
  let refused = '';
  while (!signal.aborted) {
    if (!isDirty) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    isDirty = false;
    cancelCheck();
    const wanted = wantedRoutes(nodes.list(), nodeName);
    if (wanted === undefined) continue;
    if (isCheckDue) {
      isCheckDue = false;
      const there = await table.list().catch(() => current);
      if (refused === '' && routeChanges(there, current).length > 0) log.warn("routes to other nodes' pods are gone: they are put back");
      current = there;
    }
    const changes = routeChanges(current, wanted);
    if (changes.length > 0) {
      const said = await table.change(changes);
      if (said === undefined) {
        current = wanted;
        log.info({ routes: wanted.size }, "routes to other nodes' pods are set");
      } else if (said !== refused) log.warn({ said }, "not every route to other nodes' pods could be set: tried again");
      refused = said ?? '';
      isCheckDue = said !== undefined;
    }
    if (refused !== '') cancelCheck = clock.after(RETRY_MS, check);
    else if (wanted.size > 0) cancelCheck = clock.after(CHECK_MS, check);
  }
  cancelCheck();
  forget();
}
