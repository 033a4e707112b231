import type { Lease } from '../../../api/kinds/coordination/lease.ts';
import type { Node, NodeCondition } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import { conditionOf } from '../../_shared/conditions.ts';

/** The remembered signs of life of a node. Times are by this process's clock: the node's is not trusted. */
export interface Health {
  readonly heartbeat: string | undefined;
  readonly renewal: string | undefined;
  /** The time at which a sign of life was last seen. */
  readonly seenAt: number;
}

export interface HealthConfig {
  /** The silence after which a node becomes Unknown. */
  readonly gracePeriodMs: number;
  /** The same, for a node that has never reported. */
  readonly startupGracePeriodMs: number;
}

const heartbeatOf = (node: Node): string | undefined => conditionOf(node.status?.conditions, 'Ready')?.lastHeartbeatTime;

/** Returns the health after a look at node and lease: any change is a sign of life. A node that never reported counts from its creation. */
export function observe(before: Health | undefined, node: Live<Node>, lease: Lease | undefined, now: number): Health {
  const heartbeat = heartbeatOf(node);
  const renewal = lease?.spec?.renewTime;
  if (before === undefined) {
    const reported = conditionOf(node.status?.conditions, 'Ready') !== undefined;
    return { heartbeat, renewal, seenAt: reported ? now : Date.parse(node.metadata.creationTimestamp) };
  }
  const alive = heartbeat !== before.heartbeat || (renewal !== undefined && (before.renewal === undefined || renewal > before.renewal));
  return alive ? { heartbeat, renewal, seenAt: now } : before;
}

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/**
 * Returns the conditions of a node that has been silent for too long: every condition that the agent reports becomes Unknown.
 * Returns undefined for a node that reports, or is Unknown already.
 */
export function planUnknown(node: Live<Node>, health: Health, config: HealthConfig, now: number): NodeCondition[] | undefined {
  const conditions = node.status?.conditions ?? [];
  const grace = conditionOf(conditions, 'Ready') ? config.gracePeriodMs : config.startupGracePeriodMs;
  if (now <= health.seenAt + grace) return undefined;
  const changed = conditions.map((condition) =>
    WATCHED.includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: timeText(now),
        }
      : condition,
  );
  const missing = WATCHED.filter((type) => !conditionOf(conditions, type)).map((type) => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata.creationTimestamp,
    lastTransitionTime: timeText(now),
  }));
  const next = [...changed, ...missing];
  return next.every((condition, i) => condition === conditions[i]) ? undefined : next;
}

/** Returns the Ready status for evictions: Unknown for a node that has no such condition. */
export const readyStatus = (node: Node): string => conditionOf(node.status?.conditions, 'Ready')?.status ?? 'Unknown';
