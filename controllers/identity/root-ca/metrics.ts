import type { Registry } from 'prom-client';
import { StatusError } from '../../../api/meta/status-error.ts';
import { oncePer } from '../../../base/once-per.ts';
import { exponentialBuckets, metricMakers } from '../../../runtime/observe/metric-makers.ts';

/** Counts a look at a namespace. `error`: undefined if all is well. */
export type CountSync = (seconds: number, error?: unknown) => void;

/** Returns the metrics of the publisher of root certificates under upstream's names, made once per registry. */
export const rootCaSyncs: (registry: Registry) => CountSync = oncePer((registry) => {
  const make = metricMakers(registry);
  const buckets = exponentialBuckets(0.001, 2, 15);
  const total = make.counter('root_ca_cert_publisher_sync_total', 'Looks at namespaces, by the code of their outcome.', ['code']);
  const duration = make.histogram('root_ca_cert_publisher_sync_duration_seconds', 'Seconds that a look at a namespace took.', buckets, ['code']);
  return (seconds, error) => {
    const code = error === undefined ? '200' : String(error instanceof StatusError ? error.code : 500);
    total.inc({ code });
    duration.observe({ code }, seconds);
  };
});
