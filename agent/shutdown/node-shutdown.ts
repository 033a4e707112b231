import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { PodManager } from '../pod/manager/pod-manager.ts';
import type { ShutdownSource } from './logind.ts';
import type { ShutdownPhase, ShutdownSettings } from './shutdown-plan.ts';
import { delayOf, shutdownPhases } from './shutdown-plan.ts';

/** Whether the machine is shutting down, as the parts of the agent know it. */
export interface ShutdownState {
  isShuttingDown: boolean;
}

export interface NodeShutdownOptions {
  readonly settings: ShutdownSettings;
  readonly source: ShutdownSource;
  readonly pods: Pick<PodManager, 'active' | 'isOver' | 'evict'>;
  readonly state: ShutdownState;
  /** Called when the state has changed: the node is not ready while it shuts down. */
  readonly onChange: () => void;
  readonly onStart?: () => void;
  readonly onEnd?: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

const MESSAGE = 'Pod was terminated in response to imminent node shutdown.';
const POLL_MS = 100;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 5 * 60_000;

/**
 * Holds up the machine's shutdown until pods have ended, until the signal aborts
 * (https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#graceful-node-shutdown). A cancelled shutdown makes the node ready
 * again; pods that were ended stay Failed.
 */
export async function runNodeShutdown(options: NodeShutdownOptions, signal: AbortSignal): Promise<void> {
  const { settings, source, clock, log } = options;
  const backoff = createBackoff({ initialMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
  for (let failures = 0; !signal.aborted; failures++) {
    let release = () => {};
    try {
      release = await source.delay(delayOf(settings));
      await source.watch((begins) => {
        changed(options, begins, signal).then(
          () => begins && release(),
          (error: unknown) => log.error({ err: error }, 'pods could not be ended for the shutdown of the machine'),
        );
      }, signal);
    } catch (error) {
      if (!signal.aborted)
        log[failures === 0 ? 'warn' : 'debug']({ err: error }, 'the shutdown of the machine cannot be held up: it needs systemd-logind');
      await sleep(clock, backoff.next(), signal);
    } finally {
      release();
    }
  }
  await source.restore().catch((error: unknown) => log.warn({ err: error }, 'the configuration of logind could not be restored'));
}

async function changed(options: NodeShutdownOptions, begins: boolean, signal: AbortSignal): Promise<void> {
  const { state, settings, pods, log } = options;
  if (state.isShuttingDown === begins) return;
  state.isShuttingDown = begins;
  log.info({ begins }, begins ? 'the machine shuts down: pods are ended first' : 'the shutdown of the machine was cancelled');
  options.onChange();
  if (!begins) return;
  options.onStart?.();
  for (const phase of shutdownPhases(pods.active(), settings)) await endPhase(options, phase, signal);
  options.onEnd?.();
}

/** Ends the pods of a phase; resolves when nothing of them runs, or the time of the phase is over. */
async function endPhase({ pods, clock }: NodeShutdownOptions, { seconds, pods: members }: ShutdownPhase, signal: AbortSignal): Promise<void> {
  for (const { pod, graceSeconds } of members) {
    pods.evict(pod.metadata.uid, { graceSeconds, failure: { reason: 'Terminated', message: MESSAGE, isDisruption: true } });
  }
  const end = clock.monotonic() + seconds * 1000;
  while (clock.monotonic() < end && !signal.aborted && !members.every(({ pod }) => pods.isOver(pod.metadata.uid)))
    await sleep(clock, POLL_MS, signal);
}
