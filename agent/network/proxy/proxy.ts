import type { Clock } from '../../../base/clock.ts';
import { systemClock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Runnable } from '../../../runtime/control/runnable.ts';
import type { StaleFlows } from './conntrack.ts';
import { deleteFlows } from './conntrack.ts';
import { createHealthChecks } from './health-checks.ts';
import { createLedger } from './ledger.ts';
import type { ProxyMetrics } from './metrics.ts';
import { applyTransaction, tableExists } from './nft.ts';
import { joined } from './pace.ts';
import { createPlanner } from './planner.ts';
import type { ProxyHealth } from './proxy-health.ts';
import type { ServiceSource } from './source.ts';
import type { TableOptions } from './table.ts';
import { baseTable } from './table.ts';
import { createTableKeeper } from './table-keeper.ts';

export interface ProxyOptions extends TableOptions {
  readonly source: ServiceSource;
  readonly nodeName: string;
  /** Service addresses that the node answers itself. */
  readonly ownAddresses?: readonly string[];
  readonly log: Logger;
  readonly metrics?: ProxyMetrics;
  /** Told of changes and of transactions. */
  readonly health?: ProxyHealth;
  readonly clock?: Clock;
  /** For tests without the right to change the kernel's tables. */
  readonly kernel?: ProxyKernel;
}

/** The kernel's side of the proxy. */
export interface ProxyKernel {
  apply(transaction: string, signal?: AbortSignal): Promise<void>;
  exists(): Promise<boolean>;
  deleteFlows(flows: readonly StaleFlows[]): Promise<boolean>;
}

/**
 * The service proxy of a node: keeps our nftables table as services, endpoints, nodes and host ports ask for. The first transaction replaces the
 * table whole (what an earlier process left counts until then); later ones carry only what changed, and cost the same whatever is there.
 * A refused transaction, or a table that somebody flushed, is answered by replacing it whole. When the signal aborts, the table stays:
 * connections go on while the agent restarts.
 */
export function createProxy(options: ProxyOptions): Runnable {
  const { source, log, metrics, health } = options;
  const clock = options.clock ?? systemClock;
  const kernel = options.kernel ?? { apply: applyTransaction, exists: tableExists, deleteFlows };
  const ledger = createLedger();
  const healthChecks = createHealthChecks(log, () => health?.isHealthy() ?? true);
  const onDirty = () => {
    health?.queued();
    keeper.wake();
  };
  const planner = createPlanner({ ...options, clock, ledger, healthChecks, onDirty });

  const sync = async (full: boolean, signal: AbortSignal) => {
    const start = clock.monotonic();
    const triggers = await planner.planDirty();
    // Until the commit nothing more is planned: changes of the meantime stay dirty.
    const transaction = full ? baseTable(options) + (await joined(clock, ledger.everything())) : await joined(clock, ledger.changes());
    if (transaction !== '') await kernel.apply(transaction, signal);
    ledger.commit();
    // Changes that came meanwhile wait from now on.
    health?.synced();
    if (planner.isDirty()) health?.queued();
    metrics?.items(ledger.size);
    if (transaction !== '') metrics?.synced((clock.monotonic() - start) / 1000, full);
    // Endpoints found at the start may be of last year.
    if (!full) for (const trigger of triggers) metrics?.programmed((clock.now() - trigger) / 1000);
    if (!(await kernel.deleteFlows(planner.takeStaleFlows())))
      log.warn('UDP clients of removed endpoints wait for their flows to time out: there is no conntrack program');
    if (full) log.info({ items: ledger.size, ms: Math.round(clock.monotonic() - start) }, 'the service proxy serves');
  };

  const keeper = createTableKeeper({
    clock,
    log,
    name: 'service table',
    sync,
    isDirty: planner.isDirty,
    exists: kernel.exists,
    onFailure: () => metrics?.failed(),
  });

  const run = async (signal: AbortSignal) => {
    await source.ready;
    const forget = source.onChange((change) => {
      metrics?.queued();
      planner.changed(change);
    });
    planner.markAll();
    await keeper.run(signal);
    forget();
    healthChecks.close();
  };

  return { ready: keeper.settled(), run };
}
