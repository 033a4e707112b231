import { describe, expect, it } from '@jest/globals';
import type { ContainerState, ContainerStatus } from '../../../api/pod/container/container-status.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { podPhase } from './pod-phase.ts';

const status = (name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  state,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});
const running: ContainerState = { running: {} };
const waiting: ContainerState = { waiting: {} };
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } });
const two = { containers: [aContainer('a'), aContainer('b')] };

describe('the phase of a pod', () => {
  it.each([
    ['Always', [waiting, waiting], 'Pending'],
    ['Always', [running, waiting], 'Pending'],
    ['Always', [running, running], 'Running'],
    ['Always', [running, ended(1)], 'Running'],
    ['Always', [ended(0), ended(0)], 'Running'],
    ['OnFailure', [ended(0), ended(1)], 'Running'],
    ['OnFailure', [ended(0), ended(0)], 'Succeeded'],
    ['Never', [ended(0), running], 'Running'],
    ['Never', [ended(0), ended(0)], 'Succeeded'],
    ['Never', [ended(0), ended(1)], 'Failed'],
  ])('with restartPolicy %s and %j is %s', (restartPolicy, states, expected) => {
    const containers = states.map((state, index) => status('ab'[index] ?? '', state));
    expect(podPhase(aPod({ ...two, restartPolicy }), [], containers, false)).toBe(expected);
  });

  it('stays Running while a container waits to be started again', () => {
    expect(podPhase(aPod(), [], [status('c', waiting, { lastState: ended(1) })], false)).toBe('Running');
  });

  it('is Pending during initialization, and Failed when that fails for good', () => {
    const pod = aPod({ initContainers: [aContainer('i')], restartPolicy: 'Never' });
    expect(podPhase(pod, [status('i', running)], [status('c', waiting)], false)).toBe('Pending');
    expect(podPhase(pod, [status('i', ended(1))], [status('c', waiting)], false)).toBe('Failed');
    expect(podPhase(aPod({ initContainers: [aContainer('i')] }), [status('i', ended(1))], [status('c', waiting)], false)).toBe('Pending');
  });

  it('is Succeeded or Failed once the pod has been ended, whatever its policy', () => {
    expect(podPhase(aPod(), [], [status('c', ended(0))], true)).toBe('Succeeded');
    expect(podPhase(aPod(), [], [status('c', ended(137))], true)).toBe('Failed');
  });

  const rule = (action: string) => ({ restartPolicy: 'Never', restartPolicyRules: [{ action, exitCodes: { operator: 'In', values: [42] } }] });
  it.each([
    ['Never', { restartPolicy: 'Always' }, 1, 'Running'],
    ['Never', { restartPolicy: 'OnFailure' }, 0, 'Succeeded'],
    ['Always', { restartPolicy: 'Never' }, 1, 'Failed'],
    ['Always', { restartPolicy: 'Never' }, 0, 'Succeeded'],
    ['Never', rule('Restart'), 42, 'Running'],
    ['Never', rule('Restart'), 1, 'Failed'],
    ['Never', rule('RestartAllContainers'), 42, 'Running'],
  ])('with restartPolicy %s, of a container with %j that has ended with %i, is %s', (restartPolicy, more, code, expected) => {
    const pod = aPod({ restartPolicy, containers: [aContainer('c', more)] });
    expect(podPhase(pod, [], [status('c', ended(code))], false)).toBe(expected);
  });

  it('is Running while all containers are removed for a restart, and Pending while init containers run again', () => {
    const removed = { terminated: { exitCode: 137, reason: 'RestartingAllContainers' } };
    const pod = aPod({ initContainers: [aContainer('i')], restartPolicy: 'Never' });
    const app = status('c', waiting, { lastState: removed });
    expect(podPhase(pod, [status('i', waiting, { lastState: removed })], [app], false)).toBe('Running');
    expect(podPhase(pod, [status('i', running, { lastState: removed })], [app], false)).toBe('Pending');
  });

  it('is not Pending again where a sidecar starts again', () => {
    const pod = aPod({ initContainers: [aContainer('s', { restartPolicy: 'Always' })] });
    expect(podPhase(pod, [status('s', running, { started: false })], [status('c', waiting)], false)).toBe('Pending');
    expect(podPhase(pod, [status('s', running, { started: false })], [status('c', running)], false)).toBe('Running');
  });

  it('is not final while a sidecar still runs', () => {
    const pod = aPod({ initContainers: [aContainer('s', { restartPolicy: 'Always' })], restartPolicy: 'Never' });
    expect(podPhase(pod, [status('s', running, { started: true })], [status('c', ended(0))], false)).toBe('Running');
    expect(podPhase(pod, [status('s', ended(0))], [status('c', ended(0))], true)).toBe('Succeeded');
  });
});
