import type { Registry as MetricsRegistry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import type { Part } from '../contract/part.ts';
import type { Registry } from '../contract/resource.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { ensureConfiguration } from './configuration-producer.ts';
import { danglingController } from './dangling-controller.ts';
import { debugRoutes } from './debug-routes.ts';
import { createFlowControl } from './flow-control.ts';
import { flowMetrics } from './flow-metrics.ts';
import { limitFlows } from './flow-stage.ts';
import { limitInFlight } from './max-in-flight.ts';
import { createRounds } from './rounds.ts';
import { createTurns } from './turns.ts';
import { createWorkEstimate } from './work-estimate.ts';

/** The limits of a server, under the names of upstream's flags. */
export interface InFlightLimits {
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  readonly enablePriorityAndFairness: boolean;
}

/** Upstream's defaults. */
export const IN_FLIGHT_LIMITS: InFlightLimits = { maxRequestsInflight: 400, maxMutatingRequestsInflight: 200, enablePriorityAndFairness: true };

export interface PriorityAndFairnessOptions {
  readonly objects: StorageAccess;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly limits?: InFlightLimits | undefined;
}

const PERIOD_MS = 60_000;
const PRODUCER = 'priority-and-fairness-config-producer';

/**
 * The part of the server that shares it out among its users (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/): it
 * admits requests by the stored flow schemas and priority levels, and keeps the built-in ones. The seats of the server are those of reads and
 * writes together.
 */
export function priorityAndFairness({ objects, registry, clock, metrics, limits = IN_FLIGHT_LIMITS }: PriorityAndFairnessOptions): Part {
  const { maxRequestsInflight: reads, maxMutatingRequestsInflight: writes } = limits;
  const controllers = [producerController(objects), danglingController];
  const ensure = (client: Client) => ensureConfiguration(client, objects);
  const hooks = ['priority-and-fairness-config-consumer', 'priority-and-fairness-config-producer'];
  if (!limits.enablePriorityAndFairness)
    return { name: 'flow-control', hooks, entryStages: [limitInFlight(reads, writes)], start: ensure, controllers };

  const control = createFlowControl(reads + writes, clock, (numbers) =>
    flowMetrics(metrics, { levels: () => numbers.levels.values(), counts: () => numbers.counts }),
  );
  return {
    name: 'flow-control',
    hooks: [...hooks, 'priority-and-fairness-filter'],
    entryStages: [limitFlows({ control, turns: createTurns(), rounds: createRounds(clock), estimate: createWorkEstimate(registry) })],
    routes: debugRoutes(control, clock),
    controllers,
    async start(client) {
      await ensure(client);
      control.follow(objects);
    },
  };
}

/** Looks after the built-in configuration every minute. */
const producerController = (objects: StorageAccess): ControllerDefinition => ({
  name: PRODUCER,
  concurrency: 1,
  component: PRODUCER,
  setup({ client, enqueue }) {
    enqueue({ namespace: '', name: 'all' }, { afterMs: PERIOD_MS });
    return {
      async reconcile() {
        await ensureConfiguration(client, objects);
        return { requeueAfterMs: PERIOD_MS };
      },
    };
  },
});
