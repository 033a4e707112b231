import type { NodeCondition } from '../../api/kinds/core/node/index.ts';
import { timeText } from '../../base/clock.ts';

/** The facts that the node's health is judged by. */
export interface NodeHealth {
  readonly memoryPressure: boolean;
  readonly diskPressure: boolean;
  readonly pidPressure: boolean;
  /** Reasons why the node is not ready; empty if it is. */
  readonly problems: readonly string[];
}

interface Wording {
  readonly type: string;
  readonly good: { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string; readonly event: string };
  readonly bad: { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string; readonly event: string };
}

/** In kubelet's order and words: monitoring matches on them. */
const MEMORY: Wording = {
  type: 'MemoryPressure',
  good: {
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
    event: 'NodeHasSufficientMemory',
  },
  bad: {
    status: 'True',
    reason: 'KubeletHasInsufficientMemory',
    message: 'kubelet has insufficient memory available',
    event: 'NodeHasInsufficientMemory',
  },
};
const DISK: Wording = {
  type: 'DiskPressure',
  good: { status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure', event: 'NodeHasNoDiskPressure' },
  bad: { status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure', event: 'NodeHasDiskPressure' },
};
const PID: Wording = {
  type: 'PIDPressure',
  good: { status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available', event: 'NodeHasSufficientPID' },
  bad: { status: 'True', reason: 'KubeletHasInsufficientPID', message: 'kubelet has insufficient PID available', event: 'NodeHasInsufficientPID' },
};

export interface ConditionChange {
  readonly conditions: NodeCondition[];
  /** Reasons of the events that the changes are worth. */
  readonly events: readonly string[];
}

/** The four conditions of a node, with those of others kept; a transition time changes with its status only. */
export function nodeConditions(health: NodeHealth, old: readonly NodeCondition[], now: number): ConditionChange {
  const events: string[] = [];
  const heartbeat = timeText(now);
  const make = (type: string, verdict: Wording['good']): NodeCondition => {
    const before = old.find((condition) => condition.type === type);
    const changed = before?.status !== verdict.status;
    if (changed) events.push(verdict.event);
    const { status, reason, message } = verdict;
    return { type, status, reason, message, lastHeartbeatTime: heartbeat, lastTransitionTime: changed ? heartbeat : before?.lastTransitionTime };
  };
  const ready: Wording['good'] =
    health.problems.length === 0
      ? { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status', event: 'NodeReady' }
      : { status: 'False', reason: 'KubeletNotReady', message: listText(health.problems), event: 'NodeNotReady' };
  const own = [
    make(MEMORY.type, health.memoryPressure ? MEMORY.bad : MEMORY.good),
    make(DISK.type, health.diskPressure ? DISK.bad : DISK.good),
    make(PID.type, health.pidPressure ? PID.bad : PID.good),
    make('Ready', ready),
  ];
  const types = new Set(own.map(({ type }) => type));
  return { conditions: [...own, ...old.filter(({ type }) => !types.has(type))], events };
}

const listText = (problems: readonly string[]): string => (problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
