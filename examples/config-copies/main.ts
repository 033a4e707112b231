import {
  createHttpsClient,
  createLogger,
  createManager,
  findCredentials,
  processMetrics,
  Registry,
  Stopped,
  serveProbes,
  systemClock,
} from 'skiff-kube/runtime';
import { configCopiesController } from './controller.ts';

/** Runs the controller on the cluster of $KUBECONFIG, of the pod it runs in, or of ~/.kube/config: `node main.ts` (Node 24). */
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort(new Stopped('shutdown')));

const registry = new Registry();
processMetrics(registry);
const client = createHttpsClient({ ...(await findCredentials()), userAgent: 'config-copies', registry });
const manager = createManager({
  client,
  clock: systemClock,
  log: createLogger({ component: 'config-copies' }),
  registry,
  controllers: [configCopiesController],
  leaderElection: { lease: { namespace: 'default', name: 'config-copies' }, identity: `${process.env.HOSTNAME ?? 'here'}_${process.pid}` },
});
const close = await serveProbes({ port: Number(process.env.PORT ?? 8080), registry, ready: manager.ready });
await manager.run(stop.signal);
close();
