import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import type { ContainerStatus } from '../../../pod/container/container-status.ts';
import { pods } from './index.ts';
import type { Pod } from './schema.ts';

const container = (name: string, extra: Partial<ContainerStatus>): ContainerStatus => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...extra,
});
const running = { ready: true, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
const waiting = (reason: string) => ({ state: { waiting: { reason } } });
const ended = (exitCode: number, reason?: string) => ({ state: { terminated: { exitCode, ...(reason && { reason }) } } });

function pod(spec: Partial<Pod['spec']>, status: Pod['status'], meta: Partial<Pod['metadata']> = {}): Pod {
  return { metadata: meta, spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec }, status };
}

describe('the table of pods', () => {
  it.each<[string, Pod, Record<string, unknown>]>([
    ['that wait for a node', pod({}, { phase: 'Pending' }), { Ready: '0/2', Status: 'Pending', Restarts: '0', IP: '<none>', Node: '<none>' }],
    [
      'that run',
      pod(
        { nodeName: 'n' },
        { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], containerStatuses: [container('a', running), container('b', running)] },
      ),
      { Ready: '2/2', Status: 'Running', Age: '10m', IP: '10.0.0.1', Node: 'n', 'Readiness Gates': '<none>' },
    ],
    [
      'that crash again and again',
      pod(
        {},
        {
          phase: 'Running',
          containerStatuses: [
            container('a', running),
            container('b', {
              ...waiting('CrashLoopBackOff'),
              restartCount: 3,
              lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:09:55Z' } },
            }),
          ],
        },
      ),
      { Ready: '1/2', Status: 'CrashLoopBackOff', Restarts: '3 (5s ago)' },
    ],
    [
      'that have completed',
      pod({}, { phase: 'Succeeded', containerStatuses: [container('a', ended(0, 'Completed'))] }),
      { Ready: '0/2', Status: 'Completed' },
    ],
    [
      'with one container done and one running, ready',
      pod(
        {},
        {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [container('a', ended(0, 'Completed')), container('b', running)],
        },
      ),
      { Ready: '1/2', Status: 'Running' },
    ],
    [
      'with one container done and one running, not ready',
      pod({}, { phase: 'Running', containerStatuses: [container('a', ended(0, 'Completed')), container('b', running)] }),
      { Status: 'NotReady' },
    ],
    ['that failed without a reason', pod({}, { phase: 'Failed', containerStatuses: [container('a', ended(3))] }), { Status: 'ExitCode:3' }],
    [
      'killed by a signal',
      pod({}, { phase: 'Failed', containerStatuses: [container('a', { state: { terminated: { exitCode: 137, signal: 9 } } })] }),
      { Status: 'Signal:9' },
    ],
    [
      'in their second init container',
      pod(
        { initContainers: [{ name: 'i1' }, { name: 'i2' }] },
        {
          phase: 'Pending',
          initContainerStatuses: [container('i1', ended(0)), container('i2', running)],
          containerStatuses: [container('a', waiting('PodInitializing'))],
        },
      ),
      { Status: 'Init:1/2', Ready: '0/2' },
    ],
    [
      'whose init container crashes',
      pod(
        { initContainers: [{ name: 'i1' }] },
        { phase: 'Pending', initContainerStatuses: [container('i1', { ...waiting('CrashLoopBackOff'), restartCount: 2 })] },
      ),
      { Status: 'Init:CrashLoopBackOff', Restarts: '2' },
    ],
    [
      'with a sidecar that is ready',
      pod(
        { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
        {
          phase: 'Running',
          initContainerStatuses: [container('s', { ...running, started: true })],
          containerStatuses: [container('a', running), container('b', running)],
        },
      ),
      { Ready: '3/3', Status: 'Running' },
    ],
    ['that are being deleted', pod({}, { phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:09:00Z' }), { Status: 'Terminating' }],
    ['on a lost node', pod({}, { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: '2026-01-01T00:09:00Z' }), { Status: 'Unknown' }],
    ['that were evicted', pod({}, { phase: 'Failed', reason: 'Evicted' }), { Status: 'Evicted' }],
    [
      'held back by a gate',
      pod({}, { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      { Status: 'SchedulingGated' },
    ],
    [
      'with readiness gates',
      pod({ readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] }, { phase: 'Running', conditions: [{ type: 'x', status: 'True' }] }),
      { 'Readiness Gates': '1/2' },
    ],
  ])('shows those %s', (_name, object, cells) => expect(row(pods, object)).toMatchObject(cells));
});
