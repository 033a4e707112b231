import { setImmediate as turn } from 'node:timers/promises';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import { sleep, systemClock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Runnable } from '../../../runtime/control/runnable.ts';
import { podNetworks } from '../routes.ts';
import type { StaleFlows } from './conntrack.ts';
import { deleteFlows, staleFlows } from './conntrack.ts';
import { createHealthChecks } from './health-checks.ts';
import { planHostPorts } from './host-port-plan.ts';
import type { Item } from './ledger.ts';
import { createLedger, element, fragmentOf } from './ledger.ts';
import type { ProxyMetrics } from './metrics.ts';
import { applyTransaction, tableExists } from './nft.ts';
import type { PlanContext, ServicePlan } from './service-plan.ts';
import { planService } from './service-plan.ts';
import type { ServiceSource } from './source.ts';
import { zoneOf } from './source.ts';
import type { TableOptions } from './table.ts';
import { baseTable } from './table.ts';

export interface ProxyOptions extends TableOptions {
  readonly source: ServiceSource;
  readonly nodeName: string;
  /** Service addresses that the node answers itself. */
  readonly ownAddresses?: readonly string[];
  readonly log: Logger;
  readonly metrics?: ProxyMetrics;
  readonly clock?: Clock;
  /** For tests without the right to change the kernel's tables. */
  readonly kernel?: ProxyKernel;
}

/** Where the proxy's work goes. */
export interface ProxyKernel {
  apply(transaction: string, signal?: AbortSignal): Promise<void>;
  exists(): Promise<boolean>;
  deleteFlows(flows: readonly StaleFlows[]): Promise<boolean>;
}

/** The least time between two transactions: a burst of changes shares one, a single change goes at once. */
const BATCH_MS = 50;
const CHECK_MS = 30_000;
const RETRY_MS = [100, 500, 1000, 5000, 10_000];
const NODES = 'nodes';
/** Longest stretch of planning before the event loop gets its turn. */
const STRETCH_MS = 8;

/**
 * The service proxy of a node: keeps our nftables table as services, endpoints, nodes and host ports ask for. The first transaction replaces the
 * table whole (what an earlier process left counts until then); later ones carry only what changed, and cost the same whatever is there.
 * A refused transaction, or a table that somebody flushed, is answered by replacing it whole. When the signal aborts the table stays:
 * connections go on while the agent restarts.
 */
export function createProxy(options: ProxyOptions): Runnable {
  const { source, log, metrics } = options;
  const clock = options.clock ?? systemClock;
  const kernel = options.kernel ?? { apply: applyTransaction, exists: tableExists, deleteFlows };
  const ledger = createLedger();
  const healthChecks = createHealthChecks(log);
  const plans = new Map<string, ServicePlan>();
  const dirty = new Map<string, { triggeredAt?: number }>();
  let stale: StaleFlows[] = [];
  let context: PlanContext = { nodeName: options.nodeName, ownAddresses: new Set(options.ownAddresses) };
  let wake = () => {};
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  const mark = (id: string, triggeredAt?: number) => {
    const known = dirty.get(id);
    if (!known) dirty.set(id, { triggeredAt });
    else if (triggeredAt !== undefined) known.triggeredAt = Math.min(known.triggeredAt ?? triggeredAt, triggeredAt);
    wake();
  };
  const markAllServices = () => {
    for (const service of source.services()) mark(`service ${keyText(keyOf(service))}`);
  };

  const planNodes = () => {
    const nodes = source.nodes();
    const own = nodes.find((node) => node.metadata.name === options.nodeName);
    const items: Item[] = nodes.flatMap((node) => podNetworks(node).map((cidr) => element('pod_networks', cidr)));
    if (own) items.push(...podNetworks(own).map((cidr) => element('local_pods', cidr)));
    items.push(...(options.ownAddresses ?? []).map((address) => element('own_addresses', address)));
    ledger.set(NODES, fragmentOf(items));
    const zone = own && zoneOf(own);
    if (zone === context.zone) return;
    context = { ...context, zone };
    markAllServices();
  };

  const planOne = (id: string) => {
    if (id === NODES) return planNodes();
    const [type, key = ''] = id.split(' ');
    if (type === 'pod') {
      const pod = source.pod(key);
      const items = pod ? planHostPorts(pod) : [];
      ledger.set(id, items.length > 0 ? fragmentOf(items) : undefined);
      return;
    }
    const service = source.service(key);
    const before = plans.get(key);
    const plan = service && planService(service, source.slices(key), context, before);
    ledger.set(id, plan && plan.items.length > 0 ? fragmentOf(plan.items) : undefined);
    stale.push(...staleFlows(before?.udp ?? [], plan?.udp ?? []));
    healthChecks.set(key, service, plan?.localBackends ?? 0);
    if (plan) plans.set(key, plan);
    else plans.delete(key);
  };

  /** Plans all that is dirty; answers when the changes were triggered. */
  const planDirty = async (): Promise<number[]> => {
    const triggers: number[] = [];
    let since = clock.monotonic();
    for (const [id, { triggeredAt }] of dirty) {
      dirty.delete(id);
      planOne(id);
      if (triggeredAt !== undefined) triggers.push(triggeredAt);
      if (clock.monotonic() - since < STRETCH_MS) continue;
      await turn();
      since = clock.monotonic();
    }
    return triggers;
  };

  const joined = async (parts: Iterable<string>): Promise<string> => {
    const all: string[] = [];
    let since = clock.monotonic();
    for (const part of parts) {
      all.push(part);
      if (clock.monotonic() - since < STRETCH_MS) continue;
      await turn();
      since = clock.monotonic();
    }
    return all.join('');
  };

  const sync = async (full: boolean, signal: AbortSignal) => {
    const start = clock.monotonic();
    const triggers = await planDirty();
    // From here to the commit nothing is claimed: changes of the meantime wait in `dirty`.
    const transaction = full ? baseTable(options) + (await joined(ledger.everything())) : await joined(ledger.changes());
    if (transaction !== '') await kernel.apply(transaction, signal);
    ledger.commit();
    metrics?.items(ledger.size);
    if (transaction !== '') metrics?.synced((clock.monotonic() - start) / 1000, full);
    // Endpoints found at the start may be of last year.
    if (!full) for (const trigger of triggers) metrics?.programmed((clock.now() - trigger) / 1000);
    const flows = stale;
    stale = [];
    if (!(await kernel.deleteFlows(flows)))
      log.warn('UDP clients of removed endpoints wait for their flows to time out: there is no conntrack program');
  };

  const waitForWork = (checkAt: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const finish = () => {
        cancel();
        signal.removeEventListener('abort', finish);
        wake = () => {};
        resolve();
      };
      const cancel = clock.after(Math.max(0, checkAt - clock.monotonic()), finish);
      signal.addEventListener('abort', finish, { once: true });
      wake = finish;
      if (dirty.size > 0 || signal.aborted) finish();
    });

  const run = async (signal: AbortSignal) => {
    await source.ready;
    const forget = source.onChange((change) => {
      metrics?.queued();
      if (change.type === 'nodes') mark(NODES);
      else mark(`${change.type} ${change.key}`, change.type === 'service' ? change.triggeredAt : undefined);
    });
    mark(NODES);
    markAllServices();
    for (const pod of source.pods()) mark(`pod ${keyText(keyOf(pod))}`);
    let full = true;
    let failures = 0;
    let checkAt = clock.monotonic() + CHECK_MS;
    while (!signal.aborted) {
      const start = clock.monotonic();
      try {
        await sync(full, signal);
        if (full) log.info({ items: ledger.size, ms: Math.round(clock.monotonic() - start) }, 'the service proxy serves');
        full = false;
        failures = 0;
        markReady();
      } catch (error) {
        if (signal.aborted) break;
        metrics?.failed();
        log.error({ err: error }, 'nftables refused a change: the table is replaced whole');
        full = true;
        await sleep(clock, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? 0, signal);
        continue;
      }
      await waitForWork(checkAt, signal);
      if (signal.aborted) break;
      if (clock.monotonic() >= checkAt) {
        checkAt = clock.monotonic() + CHECK_MS;
        full = !(await kernel.exists());
        if (full) log.warn('the service table is gone: it is put back');
      }
      // What belongs together arrives in one turn of the event loop; a burst is gathered.
      await turn();
      const rest = start + BATCH_MS - clock.monotonic();
      if (rest > 0) await sleep(clock, rest, signal);
    }
    forget();
    healthChecks.close();
  };

  return { ready, run };
}
