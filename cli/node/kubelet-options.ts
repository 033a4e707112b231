import * as z from 'zod';
import type { EvictionSettings } from '../../agent/eviction/node-pressure.ts';
import { DEFAULT_EVICTION_HARD, parseThresholds } from '../../agent/eviction/threshold.ts';
import type { ImageGarbageSettings } from '../../agent/image/image-garbage.ts';
import type { ImageVerification } from '../../agent/image/verification-policy.ts';
import { allowlistProblem, IMAGE_VERIFICATION_DEFAULTS, VERIFICATION_POLICIES } from '../../agent/image/verification-policy.ts';
import type { Reservation } from '../../agent/node/reservation.ts';
import { parseReservation, sumOfReservations } from '../../agent/node/reservation.ts';
import type { ShutdownSettings } from '../../agent/shutdown/shutdown-plan.ts';
import { delayOf, periodsOf } from '../../agent/shutdown/shutdown-plan.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import type { ListenAddress } from '../../base/kept-listener.ts';
import { UsageError } from '../config/options.ts';
import { pathSchema } from '../config/server/option-schemas.ts';

const percent = z.coerce.number({ error: 'must be a number' }).int().min(0, 'must be between 0 and 100').max(100, 'must be between 0 and 100');

/** A duration as Go writes it; milliseconds. */
const duration = (byDefault: string) =>
  z
    .string()
    .default(byDefault)
    .transform((text, context) => {
      const ms = parseGoDuration(text);
      if (typeof ms === 'number' && ms >= 0) return ms;
      context.addIssue({ code: 'custom', message: 'must be a duration such as 1m30s' });
      return z.NEVER;
    });

/** kubelet's limits of crashLoopBackOff.maxContainerRestartPeriod. */
const restartPeriod = duration('5m').refine((ms) => ms >= 1000 && ms <= 300_000, 'must be between 1s and 5m');

/** `REPOSITORY,PREFIX/*,…` */
const imageList = z
  .string()
  .default('')
  .transform((text, context): readonly string[] => {
    const patterns = text === '' ? [] : text.split(',');
    for (const message of patterns.map(allowlistProblem)) if (message) context.addIssue({ code: 'custom', message });
    return patterns;
  });

/** `PRIORITY=TIME,…`, each priority once. */
const periodsByPriority = z
  .string()
  .default('')
  .transform((text, context): ShutdownSettings => {
    const parts = text === '' ? [] : text.split(',');
    const periods = parts.map((part) => {
      const [, priority = '', time = ''] = /^(-?\d{1,10})=(.+)$/.exec(part.trim()) ?? [];
      const ms = parseGoDuration(time);
      return priority !== '' && typeof ms === 'number' && ms >= 0 ? [{ priority: Number(priority), seconds: ms / 1000 }] : [];
    });
    const found = periods.flat().sort((a, b) => a.priority - b.priority);
    if (found.length === parts.length && new Set(found.map(({ priority }) => priority)).size === found.length) return found;
    context.addIssue({ code: 'custom', message: 'must be a list such as 0=60s,10000=3m,2000000000=10s, with each priority once' });
    return z.NEVER;
  });

/** `cpu=200m,memory=500Mi,…` */
const reservation = z
  .string()
  .default('')
  .transform((text, context): Reservation => {
    try {
      return parseReservation(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });

/** `HOST:PORT`; empty for none. */
const address = (byDefault: string) =>
  z
    .string()
    .default(byDefault)
    .transform((text, context): ListenAddress | undefined => {
      if (text === '') return undefined;
      const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(text) ?? [];
      if (host !== '' && Number(port) >= 1 && Number(port) <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
      context.addIssue({ code: 'custom', message: 'must be an address and a port such as 127.0.0.1:10249, or empty' });
      return z.NEVER;
    });

/** Options of `skiff agent` that kubelet and kube-proxy have under the same names, or in their configuration files. */
export const kubeletOptions = {
  'eviction-hard': {
    schema: z.string().default(DEFAULT_EVICTION_HARD),
    help: `shortages at which pods are evicted at once (default ${DEFAULT_EVICTION_HARD})`,
    value: 'SIGNAL<AMOUNT,…',
  },
  'eviction-soft': { schema: z.string().default(''), help: 'shortages at which pods are evicted if they last', value: 'SIGNAL<AMOUNT,…' },
  'eviction-soft-grace-period': {
    schema: z.string().default(''),
    help: 'how long they may last, such as memory.available=1m30s',
    value: 'SIGNAL=TIME,…',
  },
  'eviction-minimum-reclaim': {
    schema: z.string().default(''),
    help: 'what must be free beyond a threshold before it counts as over, such as nodefs.available=1Gi',
    value: 'SIGNAL=AMOUNT,…',
  },
  'eviction-max-pod-grace-period': {
    schema: z.coerce.number({ error: 'must be a number' }).int().default(0),
    help: 'seconds that a pod is given to end at a soft threshold (default 0)',
    value: 'SECONDS',
  },
  'eviction-pressure-transition-period': {
    schema: duration('5m'),
    help: "how long the node shows a shortage's condition after it is over (default 5m)",
    value: 'TIME',
  },
  'image-gc-high-threshold': {
    schema: percent.default(85),
    help: 'percent of the disk at which unused images are removed (default 85)',
    value: 'PERCENT',
  },
  'image-gc-low-threshold': { schema: percent.default(80), help: 'percent to which they are reduced (default 80)', value: 'PERCENT' },
  'minimum-image-ttl-duration': { schema: duration('2m'), help: 'the least age of an image that is removed (default 2m)', value: 'TIME' },
  'image-maximum-gc-age': { schema: duration('0s'), help: 'remove images that nothing has used for this long (default 0s: none)', value: 'TIME' },
  'image-pull-credentials-verification-policy': {
    schema: z
      .enum(VERIFICATION_POLICIES, { error: `must be one of ${VERIFICATION_POLICIES.join(', ')}` })
      .default(IMAGE_VERIFICATION_DEFAULTS.policy),
    help: `whether a pod needs credentials for an image that is present (default ${IMAGE_VERIFICATION_DEFAULTS.policy})`,
    value: 'POLICY',
  },
  'preloaded-images-verification-allowlist': {
    schema: imageList,
    help: 'images that pods may use without credentials, such as registry.example.com/team/*; with the policy NeverVerifyAllowlistedImages',
    value: 'IMAGE,…',
  },
  'serialize-image-pulls': { schema: z.boolean().default(false), help: 'pull one image at a time (default: side by side)' },
  'max-parallel-image-pulls': {
    schema: z.coerce.number({ error: 'must be a number' }).int().min(1, 'must be 1 or more').optional(),
    help: 'images that are pulled at once (default: any number)',
    value: 'N',
  },
  'image-credential-provider-config': {
    schema: pathSchema,
    help: 'a CredentialProviderConfig of kubelet.config.k8s.io/v1, or a directory of them: programs that get credentials for images',
    value: 'PATH',
  },
  'image-credential-provider-bin-dir': { schema: pathSchema, help: 'the directory of these programs', value: 'DIRECTORY' },
  'max-container-restart-period': {
    schema: restartPeriod,
    help: 'the longest delay between two starts of a container that ends again and again, 1s to 5m (default 5m)',
    value: 'TIME',
  },
  'pod-max-pids': {
    schema: z.coerce.number({ error: 'must be a number' }).int().min(-1, 'must be -1 or more').default(-1),
    help: 'processes and threads that one pod may have (default -1: any number)',
    value: 'N',
  },
  'system-reserved': {
    schema: reservation,
    help: 'what pods do not get, for the programs of the system, such as cpu=200m,memory=500Mi,ephemeral-storage=1Gi,pid=1000',
    value: 'RESOURCE=AMOUNT,…',
  },
  'kube-reserved': { schema: reservation, help: "the same for the cluster's own programs on the machine", value: 'RESOURCE=AMOUNT,…' },
  'enforce-node-allocatable': {
    schema: z.enum(['pods', 'none'], { error: 'must be pods or none: only pods have a cgroup that can be limited' }).default('pods'),
    help: 'whether all pods together are held to what is not reserved: pods or none (default pods)',
    value: 'WHOM',
  },
  'shutdown-grace-period': {
    schema: duration('0s'),
    help: "how long the machine's shutdown waits for pods to end (default 0s: not at all)",
    value: 'TIME',
  },
  'shutdown-grace-period-critical-pods': {
    schema: duration('0s'),
    help: 'the part of it that is kept for critical pods, which end last (default 0s)',
    value: 'TIME',
  },
  'shutdown-grace-period-by-pod-priority': {
    schema: periodsByPriority,
    help: 'the same for pods from each of these priorities on, the least important first; in place of the two options above',
    value: 'PRIORITY=TIME,…',
  },
  'healthz-address': {
    schema: address('127.0.0.1:10248'),
    help: "the agent's health, for this machine (default 127.0.0.1:10248)",
    value: 'HOST:PORT',
  },
  'proxy-healthz-address': {
    schema: address('0.0.0.0:10256'),
    help: "the service proxy's health, for load balancers (default 0.0.0.0:10256)",
    value: 'HOST:PORT',
  },
  'proxy-metrics-address': {
    schema: address('127.0.0.1:10249'),
    help: "the service proxy's mode and metrics, for this machine (default 127.0.0.1:10249)",
    value: 'HOST:PORT',
  },
};

type Flags = { readonly [K in keyof typeof kubeletOptions]: z.output<(typeof kubeletOptions)[K]['schema']> };

/** The settings of a node that come from kubelet's and kube-proxy's options. */
export interface KubeletSettings {
  readonly eviction: EvictionSettings;
  readonly imageGarbage: ImageGarbageSettings;
  readonly imageVerification: ImageVerification;
  /** Undefined for any number. */
  readonly maxParallelPulls: number | undefined;
  readonly maxRestartDelayMs: number;
  /** 0 for any number. */
  readonly podMaxPids: number;
  readonly reserved: Reservation;
  readonly enforceNodeAllocatable: boolean;
  readonly shutdown: ShutdownSettings | undefined;
  /** The addresses of plain-HTTP servers; undefined for one that is not wanted. */
  readonly healthz: ListenAddress | undefined;
  readonly proxyHealthz: ListenAddress | undefined;
  readonly proxyMetrics: ListenAddress | undefined;
}

/** @throws UsageError that names the option and what is wrong with it */
export function kubeletSettings(flags: Flags): KubeletSettings {
  const [high, low] = [flags['image-gc-high-threshold'], flags['image-gc-low-threshold']];
  if (low >= high) throw new UsageError(`--image-gc-low-threshold ${low}: must be less than --image-gc-high-threshold ${high}`);
  return {
    eviction: {
      thresholds: thresholdsOf(flags),
      pressureTransitionMs: flags['eviction-pressure-transition-period'],
      maxPodGraceSeconds: flags['eviction-max-pod-grace-period'],
    },
    imageGarbage: {
      highPercent: high,
      lowPercent: low,
      minAgeMs: flags['minimum-image-ttl-duration'],
      maxAgeMs: flags['image-maximum-gc-age'],
    },
    imageVerification: verificationOf(flags),
    maxParallelPulls: parallelPullsOf(flags),
    maxRestartDelayMs: flags['max-container-restart-period'],
    podMaxPids: Math.max(0, flags['pod-max-pids']),
    reserved: sumOfReservations([flags['system-reserved'], flags['kube-reserved']]),
    enforceNodeAllocatable: flags['enforce-node-allocatable'] === 'pods',
    shutdown: shutdownOf(flags),
    healthz: flags['healthz-address'],
    proxyHealthz: flags['proxy-healthz-address'],
    proxyMetrics: flags['proxy-metrics-address'],
  };
}

function verificationOf(flags: Flags): ImageVerification {
  const policy = flags['image-pull-credentials-verification-policy'];
  const allowlist = flags['preloaded-images-verification-allowlist'];
  if (allowlist.length > 0 && policy !== 'NeverVerifyAllowlistedImages')
    throw new UsageError(
      '--preloaded-images-verification-allowlist: needs --image-pull-credentials-verification-policy=NeverVerifyAllowlistedImages',
    );
  return { policy, allowlist };
}

function parallelPullsOf(flags: Flags): number | undefined {
  const [isSerial, most] = [flags['serialize-image-pulls'], flags['max-parallel-image-pulls']];
  if (isSerial && most !== undefined && most > 1)
    throw new UsageError(`--max-parallel-image-pulls ${most}: must not be more than 1 with --serialize-image-pulls`);
  return isSerial ? 1 : most;
}

function shutdownOf(flags: Flags): ShutdownSettings | undefined {
  const gracePeriodSeconds = flags['shutdown-grace-period'] / 1000;
  const criticalPodsSeconds = flags['shutdown-grace-period-critical-pods'] / 1000;
  if (criticalPodsSeconds > gracePeriodSeconds)
    throw new UsageError('--shutdown-grace-period-critical-pods: must not be longer than --shutdown-grace-period');
  const byPriority = flags['shutdown-grace-period-by-pod-priority'];
  if (byPriority.length > 0 && gracePeriodSeconds > 0)
    throw new UsageError(
      '--shutdown-grace-period-by-pod-priority: takes the place of --shutdown-grace-period, so that only one of them may be given',
    );
  const settings = byPriority.length > 0 ? byPriority : periodsOf(gracePeriodSeconds, criticalPodsSeconds);
  return delayOf(settings) === 0 ? undefined : settings;
}

function thresholdsOf(flags: Flags): EvictionSettings['thresholds'] {
  try {
    return parseThresholds({
      hard: flags['eviction-hard'],
      soft: flags['eviction-soft'],
      softGracePeriod: flags['eviction-soft-grace-period'],
      minimumReclaim: flags['eviction-minimum-reclaim'],
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
