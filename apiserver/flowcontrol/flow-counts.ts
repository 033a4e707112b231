import type { Series } from '../../runtime/observe/accumulated-histogram.ts';

/** The reasons of the metric apiserver_flowcontrol_rejected_requests_total. */
export type RejectionReason = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

/** The histograms that requests of one flow schema and level are recorded in. */
export interface FlowHistograms {
  wait(labels: Readonly<Record<string, string>>): Recorder;
  execution(labels: Readonly<Record<string, string>>): Recorder;
  queueLength(labels: Readonly<Record<string, string>>): Recorder;
}
export type Recorder = (value: number) => void;

/** The numbers of one flow schema in one priority level. Requests add to plain fields, which metrics read when they are scraped. */
export class FlowCounts {
  readonly labels: { readonly priority_level: string; readonly flow_schema: string };
  readonly rejected = new Map<RejectionReason, number>();
  dispatched = 0;
  executing = 0;
  executingSeats = 0;
  inQueue = 0;
  inQueueSeats = 0;
  /** Times that the next request of a queue found too few seats. */
  notAccommodated = 0;
  readonly executed: Recorder;
  readonly enqueued: Recorder;
  private readonly waitedAndServed: Recorder;
  private readonly waitedInVain: Recorder;

  constructor(level: string, schema: string, histograms: FlowHistograms) {
    this.labels = { priority_level: level, flow_schema: schema };
    this.executed = histograms.execution({ ...this.labels, type: 'regular' });
    this.enqueued = histograms.queueLength(this.labels);
    this.waitedAndServed = histograms.wait({ ...this.labels, execute: 'true' });
    this.waitedInVain = histograms.wait({ ...this.labels, execute: 'false' });
  }

  waited(seconds: number, served: boolean): void {
    if (served) this.waitedAndServed(seconds);
    else this.waitedInVain(seconds);
  }

  reject(reason: RejectionReason): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
  }
}

/** Makes recorders of a histogram that show their series once they have a value. */
export function seriesRecorder(histogram: {
  series(labels: Readonly<Record<string, string>>): Series;
  record(series: Series, value: number): void;
}): (labels: Readonly<Record<string, string>>) => Recorder {
  return (labels) => {
    let series: Series | undefined;
    return (value) => {
      series ??= histogram.series(labels);
      histogram.record(series, value);
    };
  };
}
