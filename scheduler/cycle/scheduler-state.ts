import type { Nominator } from '../queue/nominator.ts';
import type { SchedulingQueue } from '../queue/queue.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { FailureMemo } from './failure-memo.ts';

/** Everything the scheduler knows between two attempts. */
export interface SchedulerState {
  readonly cluster: ClusterState;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  readonly failures: FailureMemo;
  /** UIDs of pods that are decided on and not yet seen with their node. */
  readonly assumed: Set<string>;
  /** UIDs of victims whose eviction has begun. */
  readonly doomed: Set<string>;
}
