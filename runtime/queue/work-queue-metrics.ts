import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import { oncePer } from '../../base/once-per.ts';

/** The figures of a lane that are read when the metrics are collected. */
export interface LaneFigures {
  readonly name: string;
  depth(): number;
  /** Returns the age of each key in flight, in seconds. */
  inFlightSeconds(): readonly number[];
}

export interface LaneMetrics {
  added(): void;
  retried(): void;
  queued(seconds: number): void;
  worked(seconds: number): void;
}

const BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];

/**
 * Returns the work queue's metrics of a registry under the names of k8s.io/component-base (metrics/prometheus/workqueue). They are made once
 * per registry: all queues of a process share them, told apart by the lanes' names. Each lane starts at zero. A lane takes the place of
 * an earlier one of its name.
 */
export const workQueueMetrics: (registry: Registry) => (figures: LaneFigures) => LaneMetrics = oncePer((registry) => {
  const lanes = new Map<string, LaneFigures>();
  const base = { labelNames: ['name'] as const, registers: [registry] };
  const gauge = (name: string, help: string, figureOf: (figures: LaneFigures) => number) =>
    new Gauge({
      ...base,
      name,
      help,
      collect() {
        for (const lane of lanes.values()) this.set({ name: lane.name }, figureOf(lane));
      },
    });
  gauge('workqueue_depth', 'Keys that are ready to be worked on.', (lane) => lane.depth());
  gauge('workqueue_unfinished_work_seconds', 'Seconds of work in flight that no work duration has counted yet.', (lane) =>
    lane.inFlightSeconds().reduce((sum, seconds) => sum + seconds, 0),
  );
  gauge('workqueue_longest_running_processor_seconds', 'Seconds that the longest flight has lasted.', (lane) =>
    Math.max(0, ...lane.inFlightSeconds()),
  );
  const adds = new Counter({ ...base, name: 'workqueue_adds_total', help: 'Keys added.' });
  const retries = new Counter({ ...base, name: 'workqueue_retries_total', help: 'Keys added again after a failure.' });
  const queueDuration = new Histogram({
    ...base,
    name: 'workqueue_queue_duration_seconds',
    help: 'Seconds from ready to taken.',
    buckets: BUCKETS,
  });
  const workDuration = new Histogram({
    ...base,
    name: 'workqueue_work_duration_seconds',
    help: 'Seconds that working on a key took.',
    buckets: BUCKETS,
  });
  return (figures) => {
    lanes.set(figures.name, figures);
    const labels = { name: figures.name };
    queueDuration.zero(labels);
    workDuration.zero(labels);
    const [added, retried, queued, worked] = [
      adds.labels(figures.name),
      retries.labels(figures.name),
      queueDuration.labels(figures.name),
      workDuration.labels(figures.name),
    ];
    added.inc(0);
    retried.inc(0);
    return {
      added: () => added.inc(),
      retried: () => retried.inc(),
      queued: (seconds) => queued.observe(seconds),
      worked: (seconds) => worked.observe(seconds),
    };
  };
});
