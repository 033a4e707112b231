import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import * as z from 'zod';
import { Stopped, settledWithin } from '../../base/abort.ts';
import { systemClock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { createLogger } from '../../base/log.ts';
import type { WebhookSettings } from '../../controllers/admission/configuration.ts';
import type { Client } from '../../runtime/client/client.ts';
import { findCredentials, inClusterCredentials } from '../../runtime/client/find-credentials.ts';
import { createHttpsClient, createMetadataClient } from '../../runtime/client/https-client.ts';
import { createManager } from '../../runtime/control/manager.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { processMetrics } from '../../runtime/observe/process-metrics.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import { serveMetrics } from '../cluster/controller-metrics.ts';
import { stopSignal } from '../cluster/signals.ts';
import { CONCEPT_ELECTION } from '../config/concept-election.ts';
import { conceptKinds, countedOnStockCluster, stockClusterControllers } from '../config/concept-kinds.ts';
import { metricsOptions } from '../config/metrics-options.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { dataDirOption } from '../config/settings.ts';
import { webhookOptions, webhookSettingsOf } from '../config/webhook-options.ts';

/** Of the Lease, and the source of the events about it. */
const NAME = 'skiff-controllers';
/** Limits the time for writing the last events. */
const EVENTS_GRACE_MS = 1_000;

const options = {
  home: { schema: z.boolean().default(false), help: "the controllers of a whole cluster instead: 'skiff controllers --home --help'" },
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
  ...webhookOptions,
};

export async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--home')) return (await import('./home-controllers.ts')).runHome(args);
  const parsed = parseOptions('controllers', "Runs skiff's reconcilers against any cluster, where they serve the group skiff.dev.", options, args);
  if (!parsed) return 0;
  const flags = parsed.options;
  const webhook = webhookSettingsOf(flags);
  const all = stockClusterControllers(webhook !== undefined);
  const unknown = flags.controller.filter((name) => !all.some((each) => each.name === name));
  if (unknown.length > 0)
    throw new UsageError(`--controller ${unknown.join(', ')}: there is no such controller; there are ${all.map(({ name }) => name).join(', ')}`);
  const log = createLogger({ component: 'controllers', level: flags['log-level'] });
  const registry = new Registry();
  processMetrics(registry);
  const credentials = flags['in-cluster'] ? await inClusterCredentials() : await findCredentials({ kubeconfig: flags.kubeconfig });
  const access = { ...credentials, userAgent: NAME, registry };
  const client = createHttpsClient(access);
  const admission = webhook && (await admissionOf(webhook, flags, client, log));
  const lease = { namespace: flags['lease-namespace'], name: NAME };
  const ending = new AbortController();
  const eventSink = createEventSink({ client, clock: systemClock, log, signal: ending.signal });
  const identity = `${process.env.POD_NAME ?? hostname()}_${randomUUID()}`;
  const manager = createManager({
    name: NAME,
    client,
    metadata: createMetadataClient(access),
    clock: systemClock,
    log,
    registry,
    eventSink,
    namespaces: flags['watch-namespace'],
    controllers: [
      ...(flags.controller.length === 0 ? all : all.filter(({ name }) => flags.controller.includes(name))),
      ...(admission ? [admission.keeper] : []),
    ],
    ...(flags['leader-elect'] ? { leaderElection: { lease, identity, recorder: eventSink.recorder(NAME), ...CONCEPT_ELECTION } } : {}),
  });
  const close = await serveMetrics(flags, { client, clock: systemClock, log, registry, ready: allReady(manager, admission?.server) });
  try {
    await runTogether(stopSignal(), manager, admission?.server);
  } finally {
    await settledWithin(systemClock, EVENTS_GRACE_MS, eventSink.idle());
    ending.abort(new Stopped('shutdown'));
    close();
  }
  return 0;
}

interface AdmissionFlags {
  readonly 'webhook-port': number;
  readonly 'webhook-secret': string;
  readonly 'webhook-configuration': string;
  readonly 'lease-namespace': string;
  readonly 'watch-namespace': readonly string[];
}

/** Returns the webhook that every replica serves, and the controller that keeps its certificates in the one that leads. Loaded only if asked for. */
async function admissionOf(settings: WebhookSettings, flags: AdmissionFlags, client: Client, log: Logger) {
  const [{ admissionWebhook }, { webhookKeeper }] = await Promise.all([
    import('../../controllers/admission/webhook.ts'),
    import('../../controllers/admission/keeper.ts'),
  ]);
  const objects = {
    secret: { namespace: flags['lease-namespace'], name: flags['webhook-secret'] },
    configuration: flags['webhook-configuration'],
    settings,
    concepts: Object.values(conceptKinds),
    counted: countedOnStockCluster,
  };
  const server = admissionWebhook({
    client,
    clock: systemClock,
    log: log.child({ part: 'webhook' }),
    port: flags['webhook-port'],
    informers: (signal) => createInformers({ client, clock: systemClock, log, namespaces: flags['watch-namespace'], signal }),
    objects,
  });
  return { server, keeper: webhookKeeper(objects) };
}

const allReady = async (...parts: readonly (Runnable | undefined)[]): Promise<void> => {
  await Promise.all(parts.map((part) => part?.ready));
};

/** Runs the parts until the signal aborts; the end of one with an error ends the others, and is thrown. */
async function runTogether(signal: AbortSignal, ...parts: readonly (Runnable | undefined)[]): Promise<void> {
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  const runs = parts.map((part) =>
    part?.run(all).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(runs)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
