import { DEFAULT_EVICTION_HARD, parseThresholds } from '../eviction/threshold.ts';
import { IMAGE_GARBAGE_DEFAULTS } from '../image/image-garbage.ts';
import { IMAGE_VERIFICATION_DEFAULTS } from '../image/verification-policy.ts';
import { NO_RESERVATION } from '../node/reservation.ts';
import type { AgentSettings } from './kubelet-configuration.ts';

/** The settings of an agent that was given none. */
export const plainSettings = (given: Partial<AgentSettings> = {}): AgentSettings => ({
  simulated: false,
  address: undefined,
  port: 10250,
  podLogs: '/var/lib/skiff/logs/pods',
  clusterDns: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  maxPods: 110,
  reserved: NO_RESERVATION,
  enforceNodeAllocatable: true,
  eviction: {
    thresholds: parseThresholds({ hard: DEFAULT_EVICTION_HARD, soft: '', softGracePeriod: '', minimumReclaim: '' }),
    pressureTransitionMs: 5 * 60_000,
    maxPodGraceSeconds: 0,
  },
  imageGarbage: IMAGE_GARBAGE_DEFAULTS,
  imageVerification: IMAGE_VERIFICATION_DEFAULTS,
  ...given,
});
