import { hostname } from 'node:os';
import * as z from 'zod';
import type { Credentials } from '../../runtime/client/credentials.ts';
import { findCredentials, inClusterCredentials } from '../../runtime/client/find-credentials.ts';
import { metricsOptions } from './metrics-options.ts';
import { portSchema, secondsSchema } from './settings.ts';

/** The options of parts that run against a cluster elsewhere: which one it is, who leads, and what is told. Names are upstream's. */
export const remoteOptions = (leaseName: string, metricsPort: number) => ({
  kubeconfig: {
    schema: z.string().optional(),
    help: 'the cluster to work on (default: $KUBECONFIG, ~/.kube/config, or the pod’s own)',
    value: 'FILE',
  },
  'in-cluster': { schema: z.boolean().default(false), help: 'use the service account of the pod this runs in' },
  'leader-elect': { schema: z.boolean().default(true), help: 'work only while leading (--no-leader-elect: always)' },
  'leader-elect-resource-name': { schema: z.string().default(leaseName), help: `the Lease to compete for (default ${leaseName})`, value: 'NAME' },
  'leader-elect-resource-namespace': { schema: z.string().default('kube-system'), help: 'where it is (default kube-system)', value: 'NAMESPACE' },
  'leader-elect-lease-duration': { schema: secondsSchema.default(15), help: 'how long a leader is trusted (default 15s)', value: 'SECONDS' },
  'leader-elect-renew-deadline': { schema: secondsSchema.default(10), help: 'how long a leader tries to renew (default 10s)', value: 'SECONDS' },
  'leader-elect-retry-period': { schema: secondsSchema.default(2), help: 'the time between two tries (default 2s)', value: 'SECONDS' },
  ...metricsOptions,
  'metrics-port': { ...metricsOptions['metrics-port'], schema: portSchema.default(metricsPort) },
  'log-level': { schema: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'), help: 'what is logged', value: 'LEVEL' },
});

export type RemoteFlags = { readonly [K in keyof ReturnType<typeof remoteOptions>]: z.output<ReturnType<typeof remoteOptions>[K]['schema']> };

/** The credentials that the options name. @throws Error if there are none, or they cannot be read */
export const remoteCredentials = (flags: Pick<RemoteFlags, 'in-cluster' | 'kubeconfig'>): Promise<Credentials> =>
  flags['in-cluster'] ? inClusterCredentials() : findCredentials(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig });

/** The name of a candidate: the pod's or the machine's, and a part that no other process has. */
export const candidateName = (unique: string): string => `${process.env.POD_NAME ?? hostname()}_${unique}`;
