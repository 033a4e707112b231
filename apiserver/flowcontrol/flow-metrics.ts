import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import type { FlowCounts, FlowHistograms } from './flow-counts.ts';
import { seriesRecorder } from './flow-counts.ts';
import type { PriorityLevel } from './priority-level.ts';

/** Upstream's buckets, in seconds. */
const SECONDS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const LENGTHS = [0, 10, 25, 50, 100, 250, 500, 1000];
const FLOW = ['priority_level', 'flow_schema'];

export interface FlowNumbers {
  readonly levels: () => Iterable<PriorityLevel>;
  readonly counts: () => Iterable<FlowCounts>;
}

/** Registers the metrics of flow control under upstream's names (k8s.io/apiserver/pkg/util/flowcontrol/metrics); read when they are scraped. */
export function flowMetrics(registry: Registry, { levels, counts }: FlowNumbers): FlowHistograms {
  const registers = [registry];
  const ofFlows = (name: string, help: string, read: (counts: FlowCounts) => number) =>
    new Gauge({
      name: `apiserver_flowcontrol_${name}`,
      help,
      labelNames: FLOW,
      registers,
      collect() {
        this.reset();
        for (const each of counts()) this.set(each.labels, read(each));
      },
    });
  const ofLevels = (name: string, help: string, read: (level: PriorityLevel) => number) =>
    new Gauge({
      name: `apiserver_flowcontrol_${name}`,
      help,
      labelNames: ['priority_level'],
      registers,
      collect() {
        this.reset();
        for (const level of levels()) this.set({ priority_level: level.name }, read(level));
      },
    });
  const total = (name: string, help: string, read: (counts: FlowCounts) => number) =>
    new Counter({
      name: `apiserver_flowcontrol_${name}`,
      help,
      labelNames: FLOW,
      registers,
      collect() {
        this.reset();
        for (const each of counts()) this.inc(each.labels, read(each));
      },
    });

  ofLevels('nominal_limit_seats', "Seats that are a level's share of the server's.", ({ limits }) => limits.nominal);
  ofLevels('lower_limit_seats', 'Seats that a level keeps, however many it lends.', ({ limits }) => limits.lower);
  ofLevels('upper_limit_seats', 'Most seats that a level can have, borrowed ones included.', ({ limits }) => limits.upper);
  ofLevels('current_limit_seats', 'Seats that a level has now: its share, and those that it borrows.', ({ limits, occupied, isExempt }) =>
    isExempt ? limits.nominal : Math.max(limits.nominal, occupied),
  );
  ofLevels('demand_seats', 'Seats that the requests of a level occupy or wait for.', ({ demand }) => demand);
  ofFlows('current_executing_requests', 'Requests being served now, watches only until they begin.', ({ executing }) => executing);
  ofFlows('current_executing_seats', 'Seats that requests occupy now.', ({ executingSeats }) => executingSeats);
  ofFlows('current_inqueue_requests', 'Requests that wait in queues.', ({ inQueue }) => inQueue);
  ofFlows('current_inqueue_seats', 'Seats that requests in queues wait for.', ({ inQueueSeats }) => inQueueSeats);
  total('dispatched_requests_total', 'Requests that were let through.', ({ dispatched }) => dispatched);
  total('request_dispatch_no_accommodation_total', 'Times that the next request of a queue found too few seats.', (each) => each.notAccommodated);
  new Counter({
    name: 'apiserver_flowcontrol_rejected_requests_total',
    help: 'Requests that were turned away.',
    labelNames: [...FLOW, 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { labels, rejected } of counts()) for (const [reason, count] of rejected) this.inc({ ...labels, reason }, count);
    },
  });
  const histogram = (name: string, help: string, labelNames: readonly string[], buckets: readonly number[]) =>
    seriesRecorder(new AccumulatedHistogram({ name: `apiserver_flowcontrol_${name}`, help, labelNames, buckets, registry }));
  return {
    wait: histogram('request_wait_duration_seconds', 'Seconds that requests waited in queues.', [...FLOW, 'execute'], SECONDS),
    execution: histogram('request_execution_seconds', 'Seconds that requests occupied seats.', [...FLOW, 'type'], SECONDS),
    queueLength: histogram('request_queue_length_after_enqueue', 'Length of the queue that a request has joined.', FLOW, LENGTHS),
  };
}
