import * as z from 'zod';
import { ensurePki } from '../../apiserver/pki/cluster-pki.ts';
import { kubeconfigText } from '../../apiserver/pki/kubeconfig.ts';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/log.ts';
import { startHeartbeats } from '../../base/watchdog.ts';
import type { WatchdogThread } from '../../base/watchdog-thread.ts';
import { startWatchdogThread } from '../../base/watchdog-thread.ts';
import { homeControllers } from '../../controllers/index.ts';
import { startCompaction } from '../../store/compaction.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { keepSecretFile } from '../cluster/kept-file.ts';
import { openStore } from '../cluster/open-store.ts';
import { stopSignal } from '../cluster/signals.ts';
import { CONTEXT } from '../cluster/user-kubeconfig.ts';
import { selectControllers } from '../config/controller-selection.ts';
import { defaultDataDir, layoutOf } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { storeOptions } from '../config/server/store-options.ts';
import { portSchema, secondsSchema, storeSetting } from '../config/settings.ts';
import { machineIps, machineName } from '../node/machine.ts';

const options = {
  store: { schema: storeSetting.default('sqlite'), help: 'sqlite, etcd (a local one), memory, or etcd endpoints', value: 'STORE' },
  port: { schema: portSchema.default(6443), help: 'the port of the API', value: 'PORT' },
  'bind-address': { schema: z.string().optional(), help: 'the address to listen on (default: all)', value: 'IP' },
  'advertise-address': {
    schema: z.string().optional(),
    help: "the address by which pods and nodes reach the API (default: the machine's first)",
    value: 'IP',
  },
  controllers: {
    schema: z
      .string()
      .default('*')
      .transform((text) => text.split(',').filter((name) => name !== '')),
    help: "which controllers run: '*' all (default), NAME this one, -NAME all but this one, '' none; separated by commas",
    value: 'LIST',
  },
  scheduler: { schema: z.boolean().default(true), help: 'run the scheduler (--no-scheduler: another one binds the pods)' },
  'node-monitor-period': { schema: secondsSchema.default(5), help: 'how often the state of the nodes is looked at (default 5s)', value: 'SECONDS' },
  'node-monitor-grace-period': {
    schema: secondsSchema.default(40),
    help: 'how long a node may be silent before it counts as lost (default 40s)',
    value: 'SECONDS',
  },
  ...storeOptions,
  'log-level': { schema: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'), help: 'what is logged', value: 'LEVEL' },
  'data-dir': { schema: z.string().default(defaultDataDir), help: 'where everything is kept', value: 'DIR' },
};

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('server', 'Runs the control plane: API server, controllers and scheduler.', options, args);
  if (!parsed) return 0;
  const flags = parsed.options;
  selectControllers(homeControllers({ kinds: () => [], rootCaPem: '' }), flags.controllers);
  const layout = layoutOf(flags['data-dir']);
  const signal = stopSignal();
  const log = createLogger({ component: 'server', level: flags['log-level'] });
  const ips = machineIps();
  const advertiseAddress = flags['advertise-address'] ?? ips[0] ?? '127.0.0.1';

  const heartbeats = startHeartbeats();
  const guard = { cells: heartbeats.cells, limitSeconds: flags['watchdog-timeout'] };
  const [{ store: opened, shared, guards }, pki] = await Promise.all([
    openStore(flags.store, layout, { log, guard }),
    ensurePki(layout.pki, { clock: systemClock, names: [machineName()], ips: [...new Set([...ips, advertiseAddress])] }),
  ]);
  const encryption = flags['encryption-provider-config'];
  const store = encryption === undefined ? opened : (await import('../cluster/encryption.ts')).encryptedByFile(opened, encryption, log);
  const credentials = {
    server: `https://127.0.0.1:${flags.port}`,
    caCertificate: pki.ca.certificate,
    name: CONTEXT,
    user: CONTEXT,
    credentials: pki.admin,
  };
  await keepSecretFile(layout.adminKubeconfig, kubeconfigText(credentials));
  let watchdog: WatchdogThread | undefined;
  const controlPlane = await startControlPlane({
    store,
    checks: [{ name: 'watchdog', check: () => watchdog?.fault() }],
    pki,
    clock: systemClock,
    log,
    port: flags.port,
    host: flags['bind-address'],
    advertiseAddress,
    shared,
    identity: `${machineName()}_${process.pid}`,
    controllers: flags.controllers,
    scheduler: flags.scheduler,
    nodeMonitor: { periodMs: flags['node-monitor-period'] * 1000, gracePeriodMs: flags['node-monitor-grace-period'] * 1000 },
  });
  log.info({ port: controlPlane.port, store: flags.store, seconds: process.uptime() }, 'the API server is ready');
  if (!guards) watchdog = startWatchdogThread(heartbeats, guard.limitSeconds, systemClock);
  const compaction = startCompaction(store, systemClock, log);
  await controlPlane.run(signal);
  compaction.stop();
  await store.close();
  await watchdog?.stop();
  log.info('stopped');
  return 0;
}
