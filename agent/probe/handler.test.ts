import { describe, expect, it } from '@jest/globals';
import type { LifecycleHandler } from '../../api/pod/container/probe.ts';
import { noPodMetrics } from '../contract/pod-metrics.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import type { ProbeOutcome } from '../contract/probe-transport.ts';
import { runHandler, warnOfFallback } from './handler.ts';

const OK: ProbeOutcome = { ok: true, message: '' };

async function run(handler: LifecycleHandler): Promise<{ readonly outcome: ProbeOutcome; readonly calls: readonly string[] }> {
  const calls: string[] = [];
  const note = (call: string) => {
    calls.push(call);
    return Promise.resolve(OK);
  };
  const transport = {
    http: () => note('http'),
    hook: ({ scheme, host, port, path }: { scheme: string; host: string; port: number; path: string }) =>
      note(`hook ${scheme} ${host} ${port} ${path}`),
    tcp: () => note('tcp'),
    grpc: () => note('grpc'),
    exec: (id: string, command: readonly string[], timeoutMs: number) => note(`exec ${id} ${command.join(' ')} ${timeoutMs}`),
  };
  const container = aContainer('c', { ports: [{ name: 'web', containerPort: 8080 }] });
  const outcome = await runHandler(handler, container, 'id', '10.0.0.5', transport, 30_000, async (ms) => void calls.push(`sleep ${ms}`));
  return { outcome, calls };
}

describe('a lifecycle hook', () => {
  it('runs a command in its container', async () => {
    expect(await run({ exec: { command: ['sh', '-c'] } })).toEqual({ outcome: OK, calls: ['exec id sh -c 30000'] });
  });

  it('calls an address of its pod, not as a probe does', async () => {
    expect((await run({ httpGet: { path: 'stop', port: 'web' } })).calls).toEqual(['hook http 10.0.0.5 8080 /stop']);
    expect((await run({ httpGet: { scheme: 'HTTPS', host: 'h', port: 1 } })).calls).toEqual(['hook https h 1 /']);
  });

  it('sleeps, no longer than its container may take', async () => {
    expect((await run({ sleep: { seconds: 3 } })).calls).toEqual(['sleep 3000']);
    expect((await run({ sleep: { seconds: 300 } })).calls).toEqual(['sleep 30000']);
  });

  it('fails where it says nothing that a hook can do', async () => {
    expect((await run({ tcpSocket: { port: 1 } })).outcome.ok).toBe(false);
  });

  it('warns that it was called by HTTP', () => {
    const events: string[] = [];
    const recorder = { event: (_object: object, type: string, reason: string, message: string) => void events.push(`${type} ${reason} ${message}`) };
    let count = 0;
    const node = { recorder, podMetrics: { ...noPodMetrics, hookFellBackToHttp: () => void count++ } };
    warnOfFallback(node, aPod(), OK);
    warnOfFallback(node, aPod(), { ok: true, kind: 'warning', message: 'retried' });
    expect([...events, count]).toEqual(['Warning LifecycleHTTPFallback retried', 1]);
  });
});
