import * as z from 'zod';
import { portSchema } from './settings.ts';

/** The options of a process that serves its metrics and probes itself. */
export const metricsOptions = {
  'metrics-port': { schema: portSchema.default(8080), help: 'serves /metrics, /metrics/slis, /healthz, /livez and /readyz', value: 'PORT' },
  'metrics-secure-port': {
    schema: portSchema.optional(),
    help: 'serves the metrics over TLS instead, to clients that the cluster knows and that may get it (TokenReview, SubjectAccessReview)',
    value: 'PORT',
  },
  'metrics-cert-file': {
    schema: z.string().optional(),
    help: 'the certificate of --metrics-secure-port, read again when it changes (default: one of its own making)',
    value: 'FILE',
  },
  'metrics-key-file': { schema: z.string().optional(), help: 'its key', value: 'FILE' },
};

export interface MetricsFlags {
  readonly 'metrics-port': number;
  readonly 'metrics-secure-port'?: number;
  readonly 'metrics-cert-file'?: string;
  readonly 'metrics-key-file'?: string;
}
