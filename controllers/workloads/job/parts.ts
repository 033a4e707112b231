import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import type { PodControl } from '../../_shared/replicas/pod-control.ts';
import type { Turn } from '../../_shared/replicas/turns.ts';
import type { JobMemory } from './memory.ts';
import type { JobMetrics } from './metrics.ts';

/** The parts that the reconcile function is made of. */
export interface JobParts {
  readonly env: ControllerEnv;
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly expectations: Expectations;
  readonly podControl: PodControl;
  /** Limits the pods whose finalizers are removed at once. */
  readonly turn: Turn;
  readonly memory: JobMemory;
  readonly metrics: JobMetrics;
}
