import type { ClusterPki } from '../../apiserver/pki/cluster-pki.ts';
import { ensurePki } from '../../apiserver/pki/cluster-pki.ts';
import { kubeconfigText } from '../../apiserver/pki/kubeconfig.ts';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/log.ts';
import { startHeartbeats } from '../../base/watchdog.ts';
import type { WatchdogThread } from '../../base/watchdog-thread.ts';
import { startWatchdogThread } from '../../base/watchdog-thread.ts';
import { listedKinds } from '../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../controllers/index.ts';
import { startCompaction } from '../../store/compaction.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { keepSecretFile } from '../cluster/kept-file.ts';
import { openStore } from '../cluster/open-store.ts';
import { recordSelf } from '../cluster/process.ts';
import { stopSignal } from '../cluster/signals.ts';
import { CONTEXT } from '../cluster/user-kubeconfig.ts';
import { selectControllers } from '../config/controller-selection.ts';
import { layoutOf } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { admissionSettings } from '../config/server/admission.ts';
import { aggregationSettings } from '../config/server/aggregation.ts';
import { auditSettings } from '../config/server/audit.ts';
import { authenticationSettings } from '../config/server/authentication.ts';
import { inFlightLimitsOf } from '../config/server/flow-control.ts';
import { autoscalerSettingsOf } from '../config/server/horizontal-pod-autoscaler.ts';
import { kubeletAuthority } from '../config/server/kubelet.ts';
import { schedulerSettings } from '../config/server/scheduler.ts';
import { serverOptions } from '../config/server/server-options.ts';
import { machineIps, machineName } from '../node/machine.ts';

/** Runs the control plane until the process is told to stop. Returns the exit code. @throws Error naming what kept it from starting. */
export async function serve(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('server', 'Runs the control plane: API server, controllers and scheduler.', serverOptions, args);
  if (!parsed) return 0;
  const flags = parsed.options;
  selectControllers(homeControllers({ served: listedKinds([]), rootCaPem: '', signing: { ca: { certificate: '', key: '' } } }), flags.controllers);
  const layout = layoutOf(flags['data-dir']);
  void recordSelf(layout, 'server');
  const signal = stopSignal();
  const log = createLogger({ component: 'server', level: flags['log-level'] });
  const admission = await admissionSettings(flags);
  const authentication = await authenticationSettings(flags, (message) => log.warn(message));
  const audit = await auditSettings(flags);
  const aggregation = await aggregationSettings(flags);
  const schedulerConfiguration = await schedulerSettings(flags, (message) => log.warn(message));
  const ips = machineIps();
  const advertiseAddress = flags['advertise-address'] ?? ips[0] ?? '127.0.0.1';

  const heartbeats = startHeartbeats();
  const guard = { cells: heartbeats.cells, limitSeconds: flags['watchdog-timeout'] };
  const ensureKeys = () => ensurePki(layout.pki, { clock: systemClock, names: [machineName()], ips: [...new Set([...ips, advertiseAddress])] });
  const [{ store: opened, shared, guards }, pki] = await Promise.all([openStore(flags.store, layout, { log, guard }), ensureKeys()]);
  // It may be the authority of this cluster, which is made at the first start.
  const kubeletCa = await kubeletAuthority(flags);
  if (kubeletCa === undefined)
    log.warn({ option: '--kubelet-certificate-authority' }, 'certificates of node agents are not checked: name their authority');
  const encryption = flags['encryption-provider-config'];
  const store = encryption === undefined ? opened : (await import('../cluster/encryption.ts')).encryptedByFile(opened, encryption, log);
  const writeKubeconfig = ({ ca, admin }: ClusterPki) => {
    const server = `https://127.0.0.1:${flags.port}`;
    return keepSecretFile(
      layout.adminKubeconfig,
      kubeconfigText({ server, caCertificate: ca.certificate, name: CONTEXT, user: CONTEXT, credentials: admin }),
    );
  };
  await writeKubeconfig(pki);
  let watchdog: WatchdogThread | undefined;
  const controlPlane = await startControlPlane({
    store,
    checks: [{ name: 'watchdog', check: () => watchdog?.fault() }],
    pki,
    renewal: { ensure: ensureKeys, renewed: writeKubeconfig },
    clock: systemClock,
    log,
    port: flags.port,
    host: flags['bind-address'],
    advertiseAddress,
    shared,
    identity: `${machineName()}_${process.pid}`,
    controllers: flags.controllers,
    scheduler: flags.scheduler,
    ...(schedulerConfiguration ? { schedulerConfiguration } : {}),
    ...admission,
    inFlight: inFlightLimitsOf(flags),
    authentication,
    kubelet: { ca: kubeletCa },
    aggregation,
    ...(audit ? { audit } : {}),
    autoscaler: autoscalerSettingsOf(flags),
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
