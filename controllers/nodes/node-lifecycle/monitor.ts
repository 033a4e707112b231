import type { Kind } from '../../../api/definition/kind.ts';
import type { Lease } from '../../../api/kinds/coordination/lease.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { sleep } from '../../../base/clock.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { groupBy } from '../../_shared/group-by.ts';
import { messageOf } from '../../_shared/refusals.ts';
import type { Health, HealthConfig } from './health.ts';
import { observe, planUnknown, readyStatus } from './health.ts';
import { nodeCollectorMetrics } from './metrics.ts';
import { markPodsNotReady, writeConditions, writeTaints } from './node-writes.ts';
import { evictingTaint, hasEvictingTaint, planNoExecute } from './taints.ts';
import type { ZoneConfig } from './zones.ts';
import { evictionRate, zoneKey, zoneOf, zoneStateOf } from './zones.ts';

export interface MonitorConfig extends HealthConfig, ZoneConfig {
  readonly periodMs: number;
}

export interface MonitorParts {
  readonly env: ControllerEnv;
  readonly config: MonitorConfig;
  readonly kinds: { readonly nodes: Kind<Node>; readonly pods: Kind<Pod> };
  readonly nodes: Informer<Node>;
  readonly leases: Informer<Lease>;
  readonly podsOn: (nodeName: string) => readonly Live<Pod>[];
}

interface Known {
  readonly uid: string;
  health: Health;
  /** Set while pods remain to be marked: a failure is tried again. */
  podsToMark: boolean;
}

/** Monitors the nodes until the signal aborts: examines all of them once per period. */
export async function runMonitor(parts: MonitorParts, signal: AbortSignal): Promise<void> {
  const monitor = createMonitor(parts);
  while (!signal.aborted) {
    await monitor.look();
    await sleep(parts.env.clock, parts.config.periodMs, signal);
  }
}

export function createMonitor(parts: MonitorParts): { look(): Promise<void> } {
  const { env, config, kinds, nodes, leases } = parts;
  const metrics = nodeCollectorMetrics(env.registry);
  const secondsSince = (started: number) => (env.clock.monotonic() - started) / 1000;
  const known = new Map<string, Known>();
  /** The time from which the next node of a zone may be tainted. */
  const mayTaintAt = new Map<string, number>();
  let allWereDown: boolean | undefined;

  const nodeEvent = (name: string, uid: string, reason: string, message: string) => {
    const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
    env.recorder.event(node, 'Normal', reason, `Node ${name} ${message}`);
  };

  function register(all: readonly Live<Node>[]): void {
    const names = new Set(all.map((node) => node.metadata.name));
    for (const [name, { uid }] of known) {
      if (names.has(name)) continue;
      known.delete(name);
      nodeEvent(name, uid, 'RemovingNode', `event: Removing Node ${name} from Controller`);
    }
    for (const node of all) {
      const { name, uid } = node.metadata;
      const before = known.get(name);
      const sameNode = before?.uid === uid ? before : undefined;
      if (!before) nodeEvent(name, uid, 'RegisteredNode', `event: Registered Node ${name} in Controller`);
      const lease = leases.get({ namespace: 'kube-node-lease', name });
      known.set(name, { uid, health: observe(sameNode?.health, node, lease, env.clock.now()), podsToMark: sameNode?.podsToMark ?? false });
    }
  }

  /** Marks a silent node as Unknown; returns the node after the write. */
  async function examine(node: Live<Node>): Promise<Live<Node>> {
    const { name, uid } = node.metadata;
    const entry = known.get(name);
    if (!entry) return node;
    const wasReady = readyStatus(node) === 'True';
    const after =
      (await writeConditions(env.client, kinds.nodes, node, (fresh) => planUnknown(fresh, entry.health, config, env.clock.now()))) ?? node;
    const isReady = readyStatus(after) === 'True';
    if (wasReady && !isReady) {
      nodeEvent(name, uid, 'NodeNotReady', 'status is now: NodeNotReady');
      entry.podsToMark = true;
    }
    if (isReady) entry.podsToMark = false;
    if (entry.podsToMark) {
      await markPodsNotReady(env, kinds.pods, parts.podsOn(name));
      entry.podsToMark = false;
    }
    return after;
  }

  async function taint(node: Live<Node>, key: string | undefined): Promise<void> {
    await writeTaints(env.client, kinds.nodes, node, (fresh) => planNoExecute(fresh, key, env.clock.now()));
  }

  /** Removes evicting taints from ready nodes at once, swaps them at once, and adds them one node at a time, as fast as the zone allows. */
  async function evict(zone: string, members: readonly Live<Node>[], allDown: boolean): Promise<void> {
    const rate = evictionRate(zoneStateOf(members, config), members.length, allDown, config);
    for (const node of members) {
      const key = evictingTaint(readyStatus(node));
      if (key === undefined || allDown) {
        await taint(node, undefined);
        continue;
      }
      if (hasEvictingTaint(node)) {
        await taint(node, key);
        continue;
      }
      const now = env.clock.now();
      if (rate === 0 || now < (mayTaintAt.get(zone) ?? 0)) continue;
      mayTaintAt.set(zone, now + 1000 / rate);
      await taint(node, key);
      metrics.evicted(zoneKey(zone));
    }
  }

  const logged = async (what: string, name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      env.log.warn({ node: name, err: error }, `${what} failed, to be tried again: ${messageOf(error)}`);
    }
  };

  /** Zones of which figures are shown. */
  const shown = new Set<string>();
  function showZones(zones: ReadonlyMap<string, readonly Live<Node>[]>): void {
    for (const zone of zones.keys()) shown.add(zone);
    for (const zone of shown) {
      const members = zones.get(zone) ?? [];
      metrics.zone(zoneKey(zone), { size: members.length, unhealthy: members.filter((node) => readyStatus(node) !== 'True').length });
    }
  }

  return {
    async look() {
      const started = env.clock.monotonic();
      const all = nodes.list();
      register(all);
      const examined: Live<Node>[] = [];
      await Promise.all(
        all.map((node) =>
          logged('looking after a node', node.metadata.name, async () => {
            const from = env.clock.monotonic();
            examined.push(await examine(node));
            metrics.examined(secondsSince(from));
          }),
        ),
      );
      const zones = groupBy(examined, zoneOf);
      showZones(zones);
      const allDown = zones.size > 0 && [...zones.values()].every((members) => zoneStateOf(members, config) === 'FullDisruption');
      if (allWereDown && !allDown) {
        // This controller was cut off, not the nodes: each gets a new grace period.
        for (const entry of known.values()) entry.health = { ...entry.health, seenAt: env.clock.now() };
      }
      allWereDown = allDown;
      for (const [zone, members] of zones) await logged('tainting', zone, () => evict(zone, members, allDown));
      metrics.examinedAll(secondsSince(started));
    },
  };
}
