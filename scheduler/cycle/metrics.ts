import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Series } from '../../runtime/observe/accumulated-histogram.ts';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import { exponentialBuckets } from '../../runtime/observe/metric-makers.ts';
import type { QueueName, RejectionCount } from '../queue/queued-pod.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** The wait for binding conditions, as each device of the pod sees it. */
export interface DeviceWait {
  readonly profile: string;
  readonly driver: string;
  readonly status: 'success' | 'failure' | 'timeout' | 'error';
}

export interface SchedulerMetrics {
  /** `seconds` from leaving the queue to the binding or the failure. */
  attempted(profile: string, result: AttemptResult, seconds: number): void;
  /** `seconds` that Filter and Score took. */
  decided(seconds: number): void;
  /** `seconds` since the first arrival in the queue. */
  scheduled(attempts: number, seconds: number): void;
  incoming(queue: QueueName, event: string): void;
  preemptionTried(): void;
  preempted(victims: number): void;
  /** `seconds` that the eviction of a preemption's victims took. */
  evicted(result: 'success' | 'error', seconds: number): void;
  /** Adds to the number of bindings under way. */
  binding(change: 1 | -1): void;
  /** Counts a pod that was scheduled because it was tried again after five minutes, without an event. */
  scheduledAfterFlush(): void;
  /** Counts an attempt to create the claim for a pod's extended resources. */
  claimCreated(status: 'success' | 'failure'): void;
  /** Counts a device with binding conditions for which a pod has waited. */
  conditionsAwaited(wait: DeviceWait): void;
  /** `seconds` that a pod with a device, among them one with binding conditions, has waited. */
  deviceWaited(wait: DeviceWait, seconds: number): void;
}

export interface SchedulerFigures {
  readonly queues: () => Readonly<Record<QueueName, number>>;
  readonly rejections: () => readonly RejectionCount[];
  readonly cache: () => { readonly nodes: number; readonly pods: number; readonly assumed: number };
}

/** So many tries and more are one set of labels. */
const MANY_TRIES = 15;

/** The scheduler's metrics under upstream's names, seeded at zero. */
export function createSchedulerMetrics(registry: Registry, profiles: readonly string[], figures: SchedulerFigures): SchedulerMetrics {
  const registers = [registry];
  const attemptDuration = new AccumulatedHistogram({
    registry,
    name: 'scheduler_scheduling_attempt_duration_seconds',
    help: 'Seconds that an attempt took, with binding.',
    labelNames: ['result', 'profile'],
    buckets: exponentialBuckets(0.001, 2, 15),
  });
  const algorithmDuration = new AccumulatedHistogram({
    registry,
    name: 'scheduler_scheduling_algorithm_duration_seconds',
    help: 'Seconds that finding a node took.',
    labelNames: [],
    buckets: exponentialBuckets(0.001, 2, 15),
  });
  const podAttempts = new AccumulatedHistogram({
    registry,
    name: 'scheduler_pod_scheduling_attempts',
    help: 'Attempts that a pod needed.',
    labelNames: [],
    buckets: exponentialBuckets(1, 2, 5),
  });
  const sliDuration = new AccumulatedHistogram({
    registry,
    name: 'scheduler_pod_scheduling_sli_duration_seconds',
    help: 'Seconds from a pod’s arrival in the queue to its node.',
    labelNames: ['attempts'],
    buckets: exponentialBuckets(0.01, 2, 20),
  });
  const incoming = new Counter({
    registers,
    name: 'scheduler_queue_incoming_pods_total',
    help: 'Pods put into a queue, by queue and cause.',
    labelNames: ['queue', 'event'],
  });
  const preemptionAttempts = new Counter({ registers, name: 'scheduler_preemption_attempts_total', help: 'Preemptions.' });
  const preemptionVictims = new Histogram({
    registers,
    name: 'scheduler_preemption_victims',
    help: 'Victims of a preemption.',
    buckets: exponentialBuckets(1, 2, 7),
  });
  const evictions = new Counter({
    registers,
    name: 'scheduler_preemption_goroutines_execution_total',
    help: 'Preemptions whose victims have been evicted, by outcome.',
    labelNames: ['result'],
  });
  const evictionDuration = new Histogram({
    registers,
    name: 'scheduler_preemption_goroutines_duration_seconds',
    help: 'Seconds that evicting the victims of a preemption took.',
    labelNames: ['result'],
    buckets: exponentialBuckets(0.01, 2, 20),
  });
  const afterFlush = new Counter({
    registers,
    name: 'scheduler_pod_scheduled_after_flush_total',
    help: 'Pods scheduled when they were tried again after five minutes, without an event that could have helped.',
  });
  let bindings = 0;
  new Gauge({
    registers,
    name: 'scheduler_goroutines',
    help: 'Bindings under way.',
    labelNames: ['operation'],
    collect() {
      this.set({ operation: 'binding' }, bindings);
    },
  });
  const claimCreations = new Counter({
    registers,
    name: 'scheduler_resourceclaim_creates_total',
    help: 'ResourceClaims that were to be created for extended resources, by outcome.',
    labelNames: ['status'],
  });
  const conditionWaits = new Counter({
    registers,
    name: 'scheduler_dra_bindingconditions_allocations_total',
    help: 'Devices with binding conditions that pods have waited for, by outcome.',
    labelNames: ['profile', 'driver', 'status'],
  });
  const waitDuration = new Histogram({
    registers,
    name: 'scheduler_dra_bindingconditions_wait_duration_seconds',
    help: 'Seconds that pods have waited for binding conditions, for each of their devices.',
    labelNames: ['profile', 'driver', 'status'],
    buckets: exponentialBuckets(0.1, 2, 14),
  });
  new Gauge({
    registers,
    name: 'scheduler_pending_pods',
    help: 'Pods without a node, by queue.',
    labelNames: ['queue'],
    collect() {
      for (const [queue, count] of Object.entries(figures.queues())) this.set({ queue }, count);
    },
  });
  new Gauge({
    registers,
    name: 'scheduler_unschedulable_pods',
    help: 'Unschedulable pods, by the plugin that rejected them.',
    labelNames: ['plugin', 'profile'],
    collect() {
      for (const { plugin, profile, count } of figures.rejections()) this.set({ plugin, profile }, count);
    },
  });
  new Gauge({
    registers,
    name: 'scheduler_cache_size',
    help: 'Nodes, pods and assumed pods that are known.',
    labelNames: ['type'],
    collect() {
      const { nodes, pods, assumed } = figures.cache();
      this.set({ type: 'nodes' }, nodes);
      this.set({ type: 'pods' }, pods);
      this.set({ type: 'assumed_pods' }, assumed);
    },
  });
  const attempts = new Map(
    profiles.map((profile) => {
      const of = (result: AttemptResult) => ({ count: 0, labels: { result, profile }, durations: attemptDuration.series({ result, profile }) });
      return [profile, { scheduled: of('scheduled'), unschedulable: of('unschedulable'), error: of('error') }];
    }),
  );
  new Counter({
    registers,
    name: 'scheduler_schedule_attempts_total',
    help: 'Attempts to schedule a pod, by result.',
    labelNames: ['result', 'profile'],
    collect() {
      this.reset();
      for (const byResult of attempts.values()) for (const { labels, count } of Object.values(byResult)) this.inc(labels, count);
    },
  });
  const decisions = algorithmDuration.series({});
  const needed = podAttempts.series({});
  /** The times of pods that needed one try, two, and so on. */
  const byTries: Series[] = [];
  preemptionAttempts.inc(0);
  incoming.inc({ queue: 'active', event: 'PodAdd' }, 0);
  return {
    attempted(profile, result, seconds) {
      const attempt = attempts.get(profile)?.[result];
      if (!attempt) return;
      attempt.count++;
      attemptDuration.record(attempt.durations, seconds);
    },
    decided: (seconds) => algorithmDuration.record(decisions, seconds),
    scheduled(tries, seconds) {
      podAttempts.record(needed, tries);
      const shown = Math.min(tries, MANY_TRIES);
      byTries[shown] ??= sliDuration.series({ attempts: shown === MANY_TRIES ? `${shown}+` : String(shown) });
      sliDuration.record(byTries[shown], seconds);
    },
    incoming: (queue, event) => incoming.inc({ queue, event }),
    preemptionTried: () => preemptionAttempts.inc(),
    preempted: (victims) => preemptionVictims.observe(victims),
    evicted(result, seconds) {
      evictions.inc({ result });
      evictionDuration.observe({ result }, seconds);
    },
    binding(change) {
      bindings += change;
    },
    scheduledAfterFlush: () => afterFlush.inc(),
    claimCreated: (status) => claimCreations.inc({ status }),
    conditionsAwaited: (wait) => conditionWaits.inc({ ...wait }),
    deviceWaited: (wait, seconds) => waitDuration.observe({ ...wait }, seconds),
  };
}
