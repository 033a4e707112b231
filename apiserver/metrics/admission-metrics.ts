import type { Registry } from 'prom-client';
import type { Series } from '../../runtime/observe/accumulated-histogram.ts';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import type { AdmissionMetrics, AdmissionTimes } from '../contract/admission.ts';

const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

/** The durations of one set of labels. Its series show from their first observation on. */
class RecordedTimes implements AdmissionTimes {
  private readonly histogram: AccumulatedHistogram;
  private readonly labels: Readonly<Record<string, string>>;
  private admitted: Series | undefined;
  private rejected: Series | undefined;

  constructor(histogram: AccumulatedHistogram, labels: Readonly<Record<string, string>>) {
    this.histogram = histogram;
    this.labels = labels;
  }

  record(milliseconds: number, isRejected: boolean): void {
    let series = isRejected ? this.rejected : this.admitted;
    if (series === undefined) {
      series = this.histogram.series({ ...this.labels, rejected: String(isRejected) });
      if (isRejected) this.rejected = series;
      else this.admitted = series;
    }
    this.histogram.record(series, milliseconds / 1000);
  }
}

/** Registers upstream's durations of admission (k8s.io/apiserver/pkg/admission/metrics). To record one hashes no labels. */
export function admissionMetrics(registry: Registry): AdmissionMetrics {
  const steps = new AccumulatedHistogram({
    name: 'apiserver_admission_step_admission_duration_seconds',
    help: 'Seconds that all plugins of admission took, by step and operation.',
    labelNames: ['type', 'operation', 'rejected'],
    buckets: BUCKETS,
    registry,
  });
  const controllers = new AccumulatedHistogram({
    name: 'apiserver_admission_controller_admission_duration_seconds',
    help: 'Seconds that a plugin of admission took, by step and operation. Requests that it has nothing to do with are not counted.',
    labelNames: ['name', 'type', 'operation', 'rejected'],
    buckets: BUCKETS,
    registry,
  });
  const known = new Map<string, RecordedTimes>();
  function timesOf(histogram: AccumulatedHistogram, labels: Readonly<Record<string, string>>): AdmissionTimes {
    const id = Object.values(labels).join(' ');
    const times = known.get(id) ?? new RecordedTimes(histogram, labels);
    known.set(id, times);
    return times;
  }
  return {
    step: (type, verb) => timesOf(steps, { type, operation: verb.toUpperCase() }),
    controller: (name, type, verb) => timesOf(controllers, { name, type, operation: verb.toUpperCase() }),
  };
}
