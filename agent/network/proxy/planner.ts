import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import { podNetworks } from '../cluster/node-networks.ts';
import type { StaleFlows } from './conntrack.ts';
import { staleFlows } from './conntrack.ts';
import type { HealthChecks } from './health-checks.ts';
import { planHostPorts, udpHostPorts } from './host-port-plan.ts';
import type { Item, Ledger } from './ledger.ts';
import { element, fragmentOf } from './ledger.ts';
import { createPace } from './pace.ts';
import type { PlanContext, ServicePlan, UdpAddress } from './service-plan.ts';
import { planService } from './service-plan.ts';
import type { ProxyChange, ServiceSource } from './source.ts';
import { zoneOf } from './source.ts';

/** Plans the parts of the table that something changed for, and writes them into the ledger. */
export interface Planner {
  changed(change: ProxyChange): void;
  /** Marks everything that the source has as changed. */
  markAll(): void;
  isDirty(): boolean;
  /** Plans all that has changed; resolves with the times at which the changes were triggered, in milliseconds since the epoch. */
  planDirty(): Promise<readonly number[]>;
  /** Flows of UDP clients to endpoints that were removed since the last call. */
  takeStaleFlows(): readonly StaleFlows[];
}

export interface PlannerOptions {
  readonly source: ServiceSource;
  readonly nodeName: string;
  readonly ownAddresses?: readonly string[];
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly healthChecks: HealthChecks;
  /** Called when something is marked as changed. */
  readonly onDirty: () => void;
}

const NODES = 'nodes';

export function createPlanner({ source, nodeName, ownAddresses = [], clock, ledger, healthChecks, onDirty }: PlannerOptions): Planner {
  const plans = new Map<string, ServicePlan>();
  /** Of pods that have some. */
  const udpPorts = new Map<string, readonly UdpAddress[]>();
  const dirty = new Map<string, { triggeredAt?: number }>();
  let stale: StaleFlows[] = [];
  let context: PlanContext = { nodeName, ownAddresses: new Set(ownAddresses) };

  const mark = (id: string, triggeredAt?: number) => {
    const known = dirty.get(id);
    if (!known) dirty.set(id, { triggeredAt });
    else if (triggeredAt !== undefined) known.triggeredAt = Math.min(known.triggeredAt ?? triggeredAt, triggeredAt);
    onDirty();
  };
  const markAllServices = () => {
    for (const service of source.services()) mark(`service ${keyText(keyOf(service))}`);
  };

  const planNodes = () => {
    const nodes = source.nodes();
    const own = nodes.find((node) => node.metadata.name === nodeName);
    const items: Item[] = nodes.flatMap((node) => podNetworks(node).map((cidr) => element('pod_networks', cidr)));
    if (own) items.push(...podNetworks(own).map((cidr) => element('local_pods', cidr)));
    items.push(...ownAddresses.map((address) => element('own_addresses', address)));
    ledger.set(NODES, fragmentOf(items));
    const zone = own && zoneOf(own);
    if (zone === context.zone) return;
    context = { ...context, zone };
    markAllServices();
  };

  const planPod = (id: string, key: string) => {
    const pod = source.pod(key);
    const items = pod ? planHostPorts(pod) : [];
    ledger.set(id, items.length > 0 ? fragmentOf(items) : undefined);
    const udp = pod ? udpHostPorts(pod) : [];
    stale.push(...staleFlows(udpPorts.get(key) ?? [], udp));
    if (udp.length > 0) udpPorts.set(key, udp);
    else udpPorts.delete(key);
  };

  const planOneService = (id: string, key: string) => {
    const service = source.service(key);
    const before = plans.get(key);
    const plan = service && planService(service, source.slices(key), context, before);
    ledger.set(id, plan && plan.items.length > 0 ? fragmentOf(plan.items) : undefined);
    stale.push(...staleFlows(before?.udp ?? [], plan?.udp ?? []));
    healthChecks.set(key, service, plan?.localBackends ?? 0);
    if (plan) plans.set(key, plan);
    else plans.delete(key);
  };

  const planOne = (id: string) => {
    const [type, key = ''] = id.split(' ');
    if (id === NODES) planNodes();
    else if (type === 'pod') planPod(id, key);
    else planOneService(id, key);
  };

  return {
    changed(change) {
      if (change.type === 'nodes') mark(NODES);
      else mark(`${change.type} ${change.key}`, change.type === 'service' ? change.triggeredAt : undefined);
    },
    markAll() {
      mark(NODES);
      markAllServices();
      for (const pod of source.pods()) mark(`pod ${keyText(keyOf(pod))}`);
    },
    isDirty: () => dirty.size > 0,
    async planDirty() {
      const triggers: number[] = [];
      const pace = createPace(clock);
      for (const [id, { triggeredAt }] of dirty) {
        dirty.delete(id);
        planOne(id);
        if (triggeredAt !== undefined) triggers.push(triggeredAt);
        if (pace.isOver()) await pace.rest();
      }
      return triggers;
    },
    takeStaleFlows() {
      const flows = stale;
      stale = [];
      return flows;
    },
  };
}
