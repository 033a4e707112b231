import { quantityText } from '../../api/schema/quantity.ts';
import { goDurationText } from '../../base/go-duration.ts';
import type { ListenAddress } from '../../base/kept-listener.ts';
import type { EvictionSettings } from '../eviction/node-pressure.ts';
import type { Amount, Threshold } from '../eviction/threshold.ts';
import type { ImageGarbageSettings } from '../image/image-garbage.ts';
import type { ImageVerification } from '../image/verification-policy.ts';
import { DEFAULT_ROTATION, ROTATION_MS } from '../log/log-rotation.ts';
import { LEASE_SECONDS } from '../node/node-lease.ts';
import { CHECK_MS, REPORT_MS } from '../node/node-reporter.ts';
import type { Reservation } from '../node/reservation.ts';
import { MAX_RESTART_DELAY_MS } from '../pod/worker/crash-backoff.ts';
import type { ShutdownSettings } from '../shutdown/shutdown-plan.ts';
import { TOKEN_KEEP_MS } from './authentication.ts';
import { ALLOWED_MS, DENIED_MS } from './authorization.ts';

/** The settings that an agent runs with, defaults filled in. */
export interface AgentSettings {
  /** Pods run in name only: what acts on the machine is left out. */
  readonly simulated: boolean;
  readonly address: string | undefined;
  readonly port: number;
  readonly healthz?: ListenAddress | undefined;
  readonly podLogs: string;
  readonly staticPodDir?: string | undefined;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  readonly resolvConf?: string | undefined;
  readonly maxPods: number;
  readonly podMaxPids?: number | undefined;
  readonly taints?: readonly object[] | undefined;
  readonly reserved: Reservation;
  readonly enforceNodeAllocatable: boolean;
  readonly eviction: EvictionSettings;
  readonly imageGarbage: ImageGarbageSettings;
  readonly imageVerification: ImageVerification;
  /** Undefined for any number. */
  readonly maxParallelPulls?: number | undefined;
  readonly maxRestartDelayMs?: number | undefined;
  readonly shutdown?: ShutdownSettings | undefined;
  readonly allowedUnsafeSysctls?: readonly string[] | undefined;
}

/**
 * Returns the settings as a KubeletConfiguration (kubelet.config.k8s.io/v1beta1): the fields whose values hold of this agent; those that it knows
 * nothing of are left out. `systemReserved` has what is reserved for the system and for the cluster's programs together.
 */
export function kubeletConfiguration(settings: AgentSettings): object {
  return {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    enableServer: true,
    ...(settings.staticPodDir === undefined ? {} : { staticPodPath: settings.staticPodDir }),
    address: settings.address ?? '0.0.0.0',
    port: settings.port,
    authentication: { x509: {}, webhook: { enabled: true, cacheTTL: goDurationText(TOKEN_KEEP_MS) }, anonymous: { enabled: false } },
    authorization: {
      mode: 'Webhook',
      webhook: { cacheAuthorizedTTL: goDurationText(ALLOWED_MS), cacheUnauthorizedTTL: goDurationText(DENIED_MS) },
    },
    enableDebuggingHandlers: true,
    healthzPort: settings.healthz?.port ?? 0,
    ...(settings.healthz ? { healthzBindAddress: settings.healthz.host } : {}),
    clusterDomain: settings.clusterDomain,
    clusterDNS: settings.clusterDns,
    nodeStatusUpdateFrequency: goDurationText(CHECK_MS),
    nodeStatusReportFrequency: goDurationText(REPORT_MS),
    nodeLeaseDurationSeconds: LEASE_SECONDS,
    maxPods: settings.maxPods,
    registerNode: true,
    ...(settings.taints && settings.taints.length > 0 ? { registerWithTaints: settings.taints } : {}),
    configMapAndSecretChangeDetectionStrategy: 'Watch',
    crashLoopBackOff: { maxContainerRestartPeriod: goDurationText(settings.maxRestartDelayMs ?? MAX_RESTART_DELAY_MS) },
    ...(settings.allowedUnsafeSysctls?.length ? { allowedUnsafeSysctls: settings.allowedUnsafeSysctls } : {}),
    ...(settings.simulated ? {} : ofMachine(settings)),
  };
}

/** Returns the settings by which an agent acts on its machine. */
function ofMachine(settings: AgentSettings): object {
  const { imageGarbage, imageVerification, eviction, reserved, shutdown } = settings;
  return {
    podLogsDir: settings.podLogs,
    imagePullCredentialsVerificationPolicy: imageVerification.policy,
    ...(imageVerification.allowlist.length > 0 ? { preloadedImagesVerificationAllowlist: imageVerification.allowlist } : {}),
    imageMinimumGCAge: goDurationText(imageGarbage.minAgeMs),
    imageMaximumGCAge: goDurationText(imageGarbage.maxAgeMs),
    imageGCHighThresholdPercent: imageGarbage.highPercent,
    imageGCLowThresholdPercent: imageGarbage.lowPercent,
    cgroupsPerQOS: true,
    cgroupDriver: 'cgroupfs',
    cpuManagerPolicy: 'none',
    memoryManagerPolicy: 'None',
    topologyManagerPolicy: 'none',
    podPidsLimit: settings.podMaxPids || -1,
    resolvConf: settings.resolvConf ?? '/etc/resolv.conf',
    cpuCFSQuota: true,
    serializeImagePulls: settings.maxParallelPulls === 1,
    ...(settings.maxParallelPulls === undefined ? {} : { maxParallelImagePulls: settings.maxParallelPulls }),
    ...thresholds(eviction.thresholds),
    evictionPressureTransitionPeriod: goDurationText(eviction.pressureTransitionMs),
    evictionMaxPodGracePeriod: eviction.maxPodGraceSeconds,
    enableControllerAttachDetach: true,
    containerLogMaxSize: bytesText(DEFAULT_ROTATION.maxBytes),
    containerLogMaxFiles: DEFAULT_ROTATION.maxFiles,
    containerLogMonitorInterval: goDurationText(ROTATION_MS),
    systemReserved: reservedAmounts(reserved),
    enforceNodeAllocatable: [settings.enforceNodeAllocatable ? 'pods' : 'none'],
    enableSystemLogHandler: true,
    ...(shutdown
      ? {
          shutdownGracePeriodByPodPriority: shutdown.map(({ priority, seconds }) => ({ priority, shutdownGracePeriodSeconds: seconds })),
        }
      : { shutdownGracePeriod: '0s', shutdownGracePeriodCriticalPods: '0s' }),
    seccompDefault: false,
    localStorageCapacityIsolation: true,
  };
}

const bytesText = (bytes: number): string => quantityText({ nanos: BigInt(Math.round(bytes)) * 1_000_000_000n, format: 'BinarySI' });

const amountText = (amount: Amount): string => ('value' in amount ? bytesText(amount.value) : `${Number((amount.share * 100).toFixed(6))}%`);

/** Shows thresholds as kubelet's four maps. The one on all pods' memory is derived, as kubelet's is, and no setting. */
function thresholds(all: readonly Threshold[]): object {
  const set = all.filter(({ signal }) => signal !== 'allocatableMemory.available');
  const map = (of: readonly Threshold[], text: (threshold: Threshold) => string) =>
    Object.fromEntries(of.map((threshold) => [threshold.signal, text(threshold)]));
  const soft = set.filter(({ graceMs }) => graceMs > 0);
  const reclaimed = set.filter(({ minReclaim }) => minReclaim);
  return {
    evictionHard: map(
      set.filter(({ graceMs }) => graceMs === 0),
      ({ amount }) => amountText(amount),
    ),
    ...(soft.length > 0
      ? { evictionSoft: map(soft, ({ amount }) => amountText(amount)), evictionSoftGracePeriod: map(soft, ({ graceMs }) => goDurationText(graceMs)) }
      : {}),
    ...(reclaimed.length > 0 ? { evictionMinimumReclaim: map(reclaimed, ({ minReclaim }) => (minReclaim ? amountText(minReclaim) : '')) } : {}),
  };
}

const reservedAmounts = ({ cpu, memory, 'ephemeral-storage': disk, pid }: Reservation): Readonly<Record<string, string>> => ({
  ...(cpu > 0 ? { cpu: `${cpu}m` } : {}),
  ...(memory > 0 ? { memory: bytesText(memory) } : {}),
  ...(disk > 0 ? { 'ephemeral-storage': bytesText(disk) } : {}),
  ...(pid > 0 ? { pid: String(pid) } : {}),
});
