import type { Registry } from 'prom-client';
import { Histogram } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';

/** 1 s, doubled up to 512 s. */
const BUCKETS = Array.from({ length: 10 }, (_, i) => 2 ** i);

/** Returns the histogram of how late Jobs were created, made once per registry. */
export const creationSkew: (registry: Registry) => Histogram = oncePer(
  (registry) =>
    new Histogram({
      name: 'cronjob_controller_job_creation_skew_duration_seconds',
      help: 'Seconds between the time a Job was scheduled for and its creation.',
      buckets: BUCKETS,
      registers: [registry],
    }),
);
