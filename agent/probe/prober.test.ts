import { describe, expect, it } from '@jest/globals';
import type { Container } from '../../api/pod/container/container.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { PodMetrics } from '../contract/pod-metrics.ts';
import { aContainer, aPod, observed } from '../contract/pods.fixture.ts';
import type { ProbeOutcome } from '../contract/probe-transport.ts';
import { createAgentMetrics } from '../node/agent-metrics.ts';
import { createProber } from './prober.ts';

const uncounted = { probed() {}, probeEnded() {} };

function setup(container: Container, wasReady = false, metrics: Pick<PodMetrics, 'probed' | 'probeEnded'> = uncounted) {
  const clock = createFakeClock();
  const outcomes: Record<string, boolean | ProbeOutcome> = {};
  const asked: string[] = [];
  const events: string[] = [];
  let changes = 0;
  const answer = (kind: string): Promise<ProbeOutcome> => {
    asked.push(kind);
    const outcome = outcomes[kind];
    if (typeof outcome === 'object') return Promise.resolve(outcome);
    return Promise.resolve(outcome ? { ok: true, message: '' } : { ok: false, message: 'broken' });
  };
  const prober = createProber({
    clock,
    transport: {
      http: ({ path, port }) => answer(`http ${port}${path}`),
      hook: () => answer('hook'),
      tcp: (_host, port) => answer(`tcp ${port}`),
      grpc: (_host, port) => answer(`grpc ${port}`),
      exec: (_id, command) => answer(`exec ${command[0]}`),
    },
    recorder: { event: (_object, _type, reason, message) => events.push(`${reason}: ${message}`) },
    onChange: () => changes++,
    wasReady: () => wasReady,
    metrics,
  });
  const state = observed('c', { startedAt: clock.now() });
  const pod = aPod({ containers: [container] });
  prober.follow(pod, [{ container, state }], '10.0.0.5');
  return { clock, prober, outcomes, asked, events, id: state.id, pod, changes: () => changes };
}

const readiness = { exec: { command: ['ready'] }, periodSeconds: 1 };
const liveness = { httpGet: { path: '/live', port: 'web' }, periodSeconds: 1, failureThreshold: 2 };

describe('probes', () => {
  it('make a container ready as soon as the first one succeeds', async () => {
    const { clock, prober, outcomes, id } = setup(aContainer('c', { readinessProbe: readiness }));
    expect(prober.verdicts(id).readiness).toBe(false);
    outcomes['exec ready'] = true;
    await clock.advance(0);
    expect(prober.verdicts(id).readiness).toBe(true);
  });

  it('wait for the initial delay, counted from the start of the container', async () => {
    const { clock, asked } = setup(aContainer('c', { readinessProbe: { ...readiness, initialDelaySeconds: 5 } }));
    await clock.advance(4_999);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toEqual(['exec ready']);
  });

  it('change their verdict only after as many failures or successes as their thresholds say', async () => {
    const probe = { ...readiness, failureThreshold: 3, successThreshold: 2 };
    const { clock, prober, outcomes, id } = setup(aContainer('c', { readinessProbe: probe }));
    outcomes['exec ready'] = true;
    await clock.advance(0);
    expect(prober.verdicts(id).readiness).toBe(false);
    await clock.advance(1_000);
    expect(prober.verdicts(id).readiness).toBe(true);
    outcomes['exec ready'] = false;
    await clock.advance(2_000);
    expect(prober.verdicts(id).readiness).toBe(true);
    await clock.advance(1_000);
    expect(prober.verdicts(id).readiness).toBe(false);
  });

  it('tell of each failure', async () => {
    const { clock, events } = setup(aContainer('c', { readinessProbe: readiness }));
    await clock.advance(0);
    expect(events).toEqual(['Unhealthy: Readiness probe failed: broken']);
  });

  it('tell of a success that is worth a warning', async () => {
    const { clock, events, outcomes, prober, id } = setup(aContainer('c', { readinessProbe: readiness }));
    outcomes['exec ready'] = { ok: true, kind: 'warning', message: 'Probe terminated redirects, Response body: x' };
    await clock.advance(0);
    expect(events).toEqual(['ProbeWarning: Readiness probe warning: Probe terminated redirects, Response body: x']);
    expect(prober.verdicts(id).readiness).toBe(true);
  });

  it('that cannot be carried out are tried three times, told of, and count neither way', async () => {
    const container = aContainer('c', { livenessProbe: { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 } });
    const { clock, events, outcomes, prober, id, asked } = setup(container);
    outcomes['exec live'] = { ok: false, kind: 'error', message: 'rpc error: code = Unknown desc = gone' };
    await clock.advance(0);
    expect(asked).toHaveLength(3);
    expect(events).toEqual(['Unhealthy: Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = gone']);
    expect(prober.verdicts(id).liveness).toBeUndefined();
    await clock.advance(1_000);
    expect(asked).toHaveLength(6);
  });

  it('name a port that the container does not have in the words of kubelet', async () => {
    const { clock, events } = setup(aContainer('c', { livenessProbe: { ...liveness, httpGet: { port: 'web' } } }));
    await clock.advance(0);
    expect(events).toEqual(['Unhealthy: Liveness probe errored and resulted in unknown state: strconv.Atoi: parsing "web": invalid syntax']);
  });

  it('condemn a container that is not alive, and then ask no more', async () => {
    const container = aContainer('c', { ports: [{ name: 'web', containerPort: 8080 }], livenessProbe: liveness });
    const { clock, prober, asked, id } = setup(container);
    await clock.advance(0);
    expect(prober.verdicts(id).liveness).toBeUndefined();
    await clock.advance(1_000);
    expect(prober.verdicts(id).liveness).toBe(false);
    await clock.advance(10_000);
    expect(asked).toEqual(['http 8080/live', 'http 8080/live']);
  });

  it('hold readiness and liveness until the startup probe has succeeded', async () => {
    const container = aContainer('c', {
      startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 30 },
      readinessProbe: readiness,
    });
    const { clock, prober, asked, outcomes, id } = setup(container);
    await clock.advance(3_000);
    expect(new Set(asked)).toEqual(new Set(['tcp 80']));
    outcomes['tcp 80'] = true;
    outcomes['exec ready'] = true;
    await clock.advance(1_000);
    expect(prober.verdicts(id)).toMatchObject({ startup: true, readiness: true });
  });

  it('take a container that was ready before the agent started to be ready still', () => {
    const { prober, id } = setup(aContainer('c', { readinessProbe: readiness }), true);
    expect(prober.verdicts(id).readiness).toBe(true);
  });

  it('go on with readiness alone while the pod ends', async () => {
    const container = aContainer('c', { readinessProbe: readiness, livenessProbe: { exec: { command: ['live'] }, periodSeconds: 1 } });
    const { clock, prober, asked, outcomes } = setup(container);
    outcomes['exec live'] = true;
    await clock.advance(0);
    prober.ending();
    asked.length = 0;
    await clock.advance(2_000);
    expect(new Set(asked)).toEqual(new Set(['exec ready']));
  });

  it('are counted under kubelet’s names until they end', async () => {
    const { pods: metrics, probes } = createAgentMetrics('n1');
    const container = aContainer('c', { readinessProbe: readiness, livenessProbe: { exec: { command: ['live'] }, periodSeconds: 1 } });
    const { clock, prober, outcomes } = setup(container, false, metrics);
    outcomes['exec live'] = true;
    await clock.advance(1_000);
    const counts = async () => (await probes.metrics()).split('\n').filter((line) => /^prober_probe_(total|duration_seconds_count)/.test(line));
    const labels = 'container="c",pod="p",namespace="default"';
    expect(await counts()).toEqual([
      `prober_probe_duration_seconds_count{probe_type="Liveness",${labels}} 2`,
      `prober_probe_total{probe_type="Readiness",${labels},result="failed",pod_uid="u1"} 2`,
      `prober_probe_total{probe_type="Liveness",${labels},result="successful",pod_uid="u1"} 2`,
    ]);
    prober.ending();
    expect(await counts()).toEqual([`prober_probe_total{probe_type="Readiness",${labels},result="failed",pod_uid="u1"} 2`]);
    prober.stop();
    expect(await counts()).toEqual([]);
  });

  it('end with their container', async () => {
    const { clock, prober, asked, pod } = setup(aContainer('c', { readinessProbe: readiness }));
    prober.follow(pod, [], '');
    await clock.advance(10_000);
    expect(asked).toEqual([]);
  });
});
