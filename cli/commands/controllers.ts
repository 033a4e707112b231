import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import * as z from 'zod';
import { Stopped } from '../../base/abort.ts';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/log.ts';
import { findCredentials, inClusterCredentials } from '../../runtime/client/find-credentials.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { createManager } from '../../runtime/control/manager.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { processMetrics } from '../../runtime/observe/process-metrics.ts';
import { serveMetrics } from '../cluster/controller-metrics.ts';
import { stopSignal } from '../cluster/signals.ts';
import { stockClusterControllers } from '../config/concept-kinds.ts';
import { metricsOptions } from '../config/metrics-options.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { dataDirOption } from '../config/settings.ts';

const options = {
  kubeconfig: {
    schema: z.string().optional(),
    help: 'the cluster to work on (default: $KUBECONFIG, ~/.kube/config, or the pod’s own)',
    value: 'FILE',
  },
  'in-cluster': { schema: z.boolean().default(false), help: 'use the service account of the pod this runs in' },
  controller: { schema: z.array(z.string()).default([]), help: 'run this controller (may be repeated; default: all)', value: 'NAME', multiple: true },
  'leader-elect': { schema: z.boolean().default(true), help: 'work only while leading (--no-leader-elect: always)' },
  'lease-namespace': { schema: z.string().default('default'), help: 'where the Lease is kept', value: 'NAMESPACE' },
  'watch-namespace': {
    schema: z.array(z.string()).default([]),
    help: 'see the objects of this namespace only (may be repeated; default: all)',
    value: 'NAMESPACE',
    multiple: true,
  },
  ...metricsOptions,
  'log-level': { schema: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'), help: 'what is logged', value: 'LEVEL' },
  'data-dir': dataDirOption,
};

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('controllers', "Runs skiff's reconcilers against any cluster, where they serve the group skiff.dev.", options, args);
  if (!parsed) return 0;
  const flags = parsed.options;
  const all = stockClusterControllers();
  const unknown = flags.controller.filter((name) => !all.some((each) => each.name === name));
  if (unknown.length > 0)
    throw new UsageError(`--controller ${unknown.join(', ')}: there is no such controller; there are ${all.map(({ name }) => name).join(', ')}`);
  const log = createLogger({ component: 'controllers', level: flags['log-level'] });
  const registry = new Registry();
  processMetrics(registry);
  const credentials = flags['in-cluster'] ? await inClusterCredentials() : await findCredentials({ kubeconfig: flags.kubeconfig });
  const client = createHttpsClient({ ...credentials, userAgent: 'skiff-controllers', registry });
  const lease = { namespace: flags['lease-namespace'], name: 'skiff-controllers' };
  const eventsEnd = new AbortController();
  const eventSink = createEventSink({ client, clock: systemClock, log, signal: eventsEnd.signal });
  const recorder = eventSink.recorder('skiff-controllers');
  const identity = `${process.env.POD_NAME ?? hostname()}_${randomUUID()}`;
  const manager = createManager({
    client,
    clock: systemClock,
    log,
    registry,
    eventSink,
    namespaces: flags['watch-namespace'],
    controllers: flags.controller.length === 0 ? all : all.filter(({ name }) => flags.controller.includes(name)),
    ...(flags['leader-elect'] ? { leaderElection: { lease, identity, recorder } } : {}),
  });
  const close = await serveMetrics(flags, { client, clock: systemClock, log, registry, ready: manager.ready });
  try {
    await manager.run(stopSignal());
  } finally {
    eventsEnd.abort(new Stopped('shutdown'));
    close();
  }
  return 0;
}
