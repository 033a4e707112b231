import * as z from 'zod';
import type { AutoscalerSettings } from '../../../controllers/workloads/horizontal-pod-autoscaler/settings.ts';
import { AUTOSCALER_DEFAULTS } from '../../../controllers/workloads/horizontal-pod-autoscaler/settings.ts';
import { secondsSchema } from '../settings.ts';

/** The options of the HorizontalPodAutoscaler controller, under upstream's names. */
export const horizontalPodAutoscalerOptions = {
  'horizontal-pod-autoscaler-sync-period': {
    schema: secondsSchema.default(AUTOSCALER_DEFAULTS.syncPeriodMs / 1000),
    help: 'how often each HorizontalPodAutoscaler is looked at (default 15s)',
    value: 'DURATION',
  },
  'horizontal-pod-autoscaler-downscale-stabilization': {
    schema: secondsSchema.default(AUTOSCALER_DEFAULTS.downscaleStabilizationMs / 1000),
    help: 'how long the highest recommendation holds off scaling down (default 5m)',
    value: 'DURATION',
  },
  'horizontal-pod-autoscaler-tolerance': {
    schema: z.coerce.number({ error: 'must be a number such as 0.1' }).min(0, 'must not be negative').default(AUTOSCALER_DEFAULTS.tolerance),
    help: 'the deviation from the target within which nothing is scaled (default 0.1)',
    value: 'RATIO',
  },
  'horizontal-pod-autoscaler-cpu-initialization-period': {
    schema: secondsSchema.default(AUTOSCALER_DEFAULTS.cpuInitializationPeriodMs / 1000),
    help: 'the time after a pod’s start in which its CPU counts only once it is ready (default 5m)',
    value: 'DURATION',
  },
  'horizontal-pod-autoscaler-initial-readiness-delay': {
    schema: secondsSchema.default(AUTOSCALER_DEFAULTS.initialReadinessDelayMs / 1000),
    help: 'the time after a pod’s start in which becoming unready counts as never having been ready (default 30s)',
    value: 'DURATION',
  },
};

interface Flags {
  readonly 'horizontal-pod-autoscaler-sync-period': number;
  readonly 'horizontal-pod-autoscaler-downscale-stabilization': number;
  readonly 'horizontal-pod-autoscaler-tolerance': number;
  readonly 'horizontal-pod-autoscaler-cpu-initialization-period': number;
  readonly 'horizontal-pod-autoscaler-initial-readiness-delay': number;
}

export const autoscalerSettingsOf = (flags: Flags): AutoscalerSettings => ({
  syncPeriodMs: flags['horizontal-pod-autoscaler-sync-period'] * 1000,
  downscaleStabilizationMs: flags['horizontal-pod-autoscaler-downscale-stabilization'] * 1000,
  tolerance: flags['horizontal-pod-autoscaler-tolerance'],
  cpuInitializationPeriodMs: flags['horizontal-pod-autoscaler-cpu-initialization-period'] * 1000,
  initialReadinessDelayMs: flags['horizontal-pod-autoscaler-initial-readiness-delay'] * 1000,
});
