import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { Probe } from '../../api/pod/container/probe.ts';
import type { Clock } from '../../base/clock.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { PodMetrics } from '../contract/pod-metrics.ts';
import type { ProbeOutcome, ProbeTransport } from '../contract/probe-transport.ts';
import type { RuntimeContainer } from '../contract/runtime.ts';
import { containerEvent } from '../spec/container-events.ts';
import { httpTarget, portNumber } from './handler.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** The verdicts of a container's probes; undefined if there is no such probe, or no verdict yet. */
export type Verdicts = Readonly<Record<ProbeKind, boolean | undefined>>;

/** The probes of one pod: they follow its running containers. */
export interface Prober {
  /** Starts the probes of containers that run, ends those of others. */
  follow(pod: Live<Pod>, running: readonly { readonly container: Container; readonly state: RuntimeContainer }[], podIp: string): void;
  verdicts(containerId: string): Verdicts;
  /** Ends liveness and startup probes for good: the pod is being ended. Readiness goes on. */
  ending(): void;
  stop(): void;
}

export interface ProberOptions {
  readonly clock: Clock;
  readonly transport: ProbeTransport;
  readonly recorder: EventRecorder;
  /** Called when a verdict changes. */
  readonly onChange: () => void;
  /** Whether a container was ready when the agent last looked: it stays so over a restart of the agent, until a probe says otherwise. */
  readonly wasReady: (containerId: string) => boolean;
  readonly metrics: Pick<PodMetrics, 'probed' | 'probeEnded'>;
}

const NO_VERDICTS: Verdicts = { startup: undefined, liveness: undefined, readiness: undefined };
const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];
/** Those that run only until the pod is told to end. */
const BEFORE_END: readonly ProbeKind[] = ['startup', 'liveness'];
const TITLES: Readonly<Record<ProbeKind, string>> = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' };
const USER_AGENT = 'kube-probe/1.36';

interface Following {
  verdicts: Record<ProbeKind, boolean | undefined>;
  readonly stop: (kinds?: readonly ProbeKind[]) => void;
  /** Forgets what was counted for the probes. */
  readonly forget: (kinds: readonly ProbeKind[]) => void;
  readonly update: (pod: Live<Pod>, podIp: string) => void;
}

export function createProber(options: ProberOptions): Prober {
  const following = new Map<string, Following>();
  let ended = false;
  return {
    follow(pod, running, podIp) {
      const ids = new Set(running.map(({ state }) => state.id));
      for (const [id, probes] of following) {
        if (ids.has(id)) continue;
        probes.stop();
        following.delete(id);
      }
      for (const { container, state } of running) {
        const known = following.get(state.id);
        if (known) known.update(pod, podIp);
        else if (container.startupProbe || container.livenessProbe || container.readinessProbe) {
          following.set(state.id, followContainer(options, pod, container, state, podIp, ended));
        }
      }
    },
    verdicts: (id) => following.get(id)?.verdicts ?? NO_VERDICTS,
    ending() {
      ended = true;
      for (const probes of following.values()) {
        probes.stop(BEFORE_END);
        probes.forget(BEFORE_END);
      }
    },
    stop() {
      for (const probes of following.values()) {
        probes.stop();
        probes.forget(KINDS);
      }
      following.clear();
    },
  };
}

function followContainer(
  options: ProberOptions,
  initialPod: Live<Pod>,
  container: Container,
  state: RuntimeContainer,
  initialIp: string,
  ending: boolean,
): Following {
  const { clock, metrics, onChange } = options;
  let pod = initialPod;
  let podIp = initialIp;
  const cancels = new Map<ProbeKind, () => void>();
  const wasReady = options.wasReady(state.id);
  const verdicts: Record<ProbeKind, boolean | undefined> = {
    startup: container.startupProbe && wasReady ? true : undefined,
    liveness: undefined,
    readiness: container.readinessProbe ? wasReady : undefined,
  };

  const begin = (kind: ProbeKind, probe: Probe | undefined) => {
    if (!probe || cancels.has(kind)) return;
    let stopped = false;
    let streak = { ok: false, length: 0 };
    let cancelTimer = () => {};
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    const round = async () => {
      const start = clock.monotonic();
      const outcome = await runProbe(options.transport, container, state.id, probe, podIp);
      if (stopped) return;
      if (outcome.kind !== 'error') metrics.probed(subject(kind), outcome.ok, (clock.monotonic() - start) / 1000);
      const [reason, text] = toldOf(outcome);
      if (reason) containerEvent(options.recorder, pod, container, 'Warning', reason, `${TITLES[kind]} probe ${text}: ${outcome.message}`);
      if (outcome.kind === 'error') {
        cancelTimer = clock.after(periodMs, run);
        return;
      }
      streak = { ok: outcome.ok, length: streak.ok === outcome.ok ? streak.length + 1 : 1 };
      const threshold = outcome.ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
      const decided = streak.length >= threshold;
      const changed = decided && verdicts[kind] !== outcome.ok;
      if (decided) verdicts[kind] = outcome.ok;
      if (decided && kind !== 'readiness' && !outcome.ok) {
        // The container will be killed: further probes would find out nothing.
        stop([kind]);
      } else if (decided && kind === 'startup') {
        stop(['startup']);
        begin('readiness', container.readinessProbe);
        if (!ending) begin('liveness', container.livenessProbe);
      } else cancelTimer = clock.after(periodMs, run);
      if (changed) onChange();
    };
    const run = () => void round();
    cancels.set(kind, () => {
      stopped = true;
      cancelTimer();
    });
    const sinceStart = clock.now() - state.startedAt;
    cancelTimer = clock.after(Math.max(0, (probe.initialDelaySeconds ?? 0) * 1000 - sinceStart), run);
  };
  const subject = (kind: ProbeKind) => ({ pod: pod.metadata, container: container.name, type: TITLES[kind] });
  const stop = (kinds = KINDS) => {
    for (const kind of kinds) {
      cancels.get(kind)?.();
      // An entry stays, so that what was stopped is not begun again.
      cancels.set(kind, () => {});
    }
  };

  if (ending) stop(BEFORE_END);
  if (container.startupProbe && verdicts.startup !== true) begin('startup', container.startupProbe);
  else {
    begin('readiness', container.readinessProbe);
    begin('liveness', container.livenessProbe);
  }
  return {
    verdicts,
    stop,
    forget(kinds) {
      for (const kind of kinds) metrics.probeEnded(subject(kind));
    },
    update(newPod, newIp) {
      pod = newPod;
      podIp = newIp;
    },
  };
}

/** The event that an outcome is worth, by its reason and the words before its message. */
function toldOf({ ok, kind }: ProbeOutcome): readonly [reason: string | undefined, text: string] {
  if (kind === 'error') return ['Unhealthy', 'errored and resulted in unknown state'];
  if (!ok) return ['Unhealthy', 'failed'];
  return [kind === 'warning' ? 'ProbeWarning' : undefined, 'warning'];
}

/** Kubelet's maxProbeRetries: a probe that could not be carried out is tried again at once. */
const MAX_TRIES = 3;

async function runProbe(transport: ProbeTransport, container: Container, id: string, probe: Probe, podIp: string): Promise<ProbeOutcome> {
  for (let tries = 1; ; tries++) {
    const outcome = await tryProbe(transport, container, id, probe, podIp);
    if (outcome.kind !== 'error' || tries === MAX_TRIES) return outcome;
  }
}

async function tryProbe(transport: ProbeTransport, container: Container, id: string, probe: Probe, podIp: string): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec) return await transport.exec(id, probe.exec.command ?? [], timeoutMs);
    if (probe.httpGet) return await transport.http(httpTarget(container, probe.httpGet, podIp, USER_AGENT), timeoutMs);
    if (probe.tcpSocket) return await transport.tcp(probe.tcpSocket.host || podIp, portNumber(container, probe.tcpSocket.port), timeoutMs);
    if (probe.grpc) return await transport.grpc(podIp, probe.grpc.port, probe.grpc.service ?? '', timeoutMs);
    return { ok: false, message: 'missing probe handler', kind: 'error' };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error), kind: 'error' };
  }
}
