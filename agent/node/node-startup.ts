import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { metricMakers } from '../../runtime/observe/metric-makers.ts';

/** Told of the steps by which a new node comes up, for its metrics. Each step counts once. */
export interface NodeStartup {
  /** The agent begins to register its node. */
  attempted(): void;
  /** The API has taken a node that it had not known. */
  registered(): void;
  /** The API shows that the node is ready. */
  ready(): void;
}

/**
 * Measures how a new node comes up (pkg/kubelet/util/node_startup_latency_tracker.go): nothing is measured of one that the API knows already.
 * @param bootTime of the machine, in milliseconds since the epoch; undefined for a node that is none
 */
export function createNodeStartup(registry: Registry, clock: Clock, bootTime: number | undefined): NodeStartup {
  const { gauge } = metricMakers(registry);
  const seconds = (name: string, help: string) => {
    const metric = gauge(`kubelet_node_startup_${name}duration_seconds`, help);
    return (from: number | undefined, to: number) => {
      if (from !== undefined) metric.set((to - from) / 1000);
    };
  };
  const beforeAgent = seconds('pre_kubelet_', "From the machine's start to the agent's.");
  const beforeRegistration = seconds('pre_registration_', "From the agent's start to the registration of its node.");
  const registration = seconds('registration_', 'How long the registration of the node took.');
  const afterRegistration = seconds('post_registration_', 'From the registration of the node until it was ready.');
  const total = seconds('', "From the machine's start until the node was ready.");
  const start = clock.now();
  let attempt: number | undefined;
  let registeredAt: number | undefined;
  let isReady = false;
  return {
    attempted() {
      attempt ??= clock.now();
    },
    registered() {
      if (attempt === undefined || registeredAt !== undefined) return;
      registeredAt = clock.now();
      beforeAgent(bootTime, start);
      beforeRegistration(start, attempt);
      registration(attempt, registeredAt);
    },
    ready() {
      if (registeredAt === undefined || isReady) return;
      isReady = true;
      afterRegistration(registeredAt, clock.now());
      total(bootTime, clock.now());
    },
  };
}
