import { describe, expect, it } from '@jest/globals';
import type { PodStatus } from '../../../api/kinds/core/pod/index.ts';
import { aContainer, aPod, aSandbox, exited, observation, observed } from '../../contract/pods.fixture.ts';
import type { PodStatusInput } from './pod-status.ts';
import { podStatus } from './pod-status.ts';

const NOW = Date.UTC(2026, 0, 2);
const input = (more: Partial<PodStatusInput> = {}): PodStatusInput => ({
  pod: aPod(),
  observation: observation([observed('c')]),
  waiting: new Map(),
  ending: false,
  ended: false,
  failure: undefined,
  runtimeName: 'containerd',
  recursiveReadOnlyMounts: true,
  terminationMessages: new Map(),
  applied: () => undefined,
  pending: undefined,
  resizing: undefined,
  deviceHealth: () => [],
  ready: () => true,
  started: () => true,
  hostIps: ['192.0.2.1'],
  now: NOW,
  startTime: NOW,
  ...more,
});
const conditions = (more: Partial<PodStatusInput>) =>
  Object.fromEntries(
    (podStatus(input(more)).conditions ?? []).map(({ type, status, reason, message }) => [type, [status, reason, message].filter(Boolean).join(' ')]),
  );
const firstOf = (more: Partial<PodStatusInput>) => podStatus(input(more)).containerStatuses?.[0];

describe('the status of a pod', () => {
  it('of which nothing is there yet says that its containers are being created', () => {
    const more = { observation: observation([], []) };
    expect(firstOf(more)).toMatchObject({ state: { waiting: { reason: 'ContainerCreating' } }, ready: false, restartCount: 0, imageID: '' });
    expect(conditions(more)).toEqual({
      PodReadyToStartContainers: 'False',
      Initialized: 'True',
      Ready: 'False ContainersNotReady containers with unready status: [c]',
      ContainersReady: 'False ContainersNotReady containers with unready status: [c]',
      PodScheduled: 'True',
    });
  });

  it('tells which of its mounts are read-only with all mounts below them', () => {
    const mounts = ['Enabled', 'IfPossible', 'Disabled'].map((recursiveReadOnly) => ({
      name: 'v',
      mountPath: '/v',
      readOnly: true,
      recursiveReadOnly,
    }));
    const pod = aPod({ containers: [aContainer('c', { volumeMounts: [...mounts, { name: 'v', mountPath: '/w' }] })] });
    const modes = (recursiveReadOnlyMounts: boolean) =>
      firstOf({ pod, recursiveReadOnlyMounts })?.volumeMounts?.map(({ recursiveReadOnly }) => recursiveReadOnly);
    expect(modes(true)).toEqual(['Enabled', 'Enabled', 'Disabled', undefined]);
    expect(modes(false)).toEqual(['Disabled', 'Disabled', 'Disabled', undefined]);
  });

  it('tells who a container runs as, where the runtime tells', () => {
    const userOf = (supplementalGroups: number[]) =>
      firstOf({ observation: observation([observed('c', { user: { uid: 0, gid: 1000, supplementalGroups } })]) })?.user;
    expect(userOf([10, 2000])).toEqual({ linux: { uid: 0, gid: 1000, supplementalGroups: [10, 2000] } });
    expect(userOf([])).toEqual({ linux: { uid: 0, gid: 1000 } });
    expect(firstOf({})).not.toHaveProperty('user');
  });

  it('says in each condition of its own which generation it is of', () => {
    const pod = aPod({}, { generation: 3 }, { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: 'before' }] });
    const found = podStatus(input({ pod })).conditions ?? [];
    expect(found.map(({ observedGeneration }) => observedGeneration)).toEqual([3, 3, 3, 3, 3]);
    expect(found.at(-1)).toMatchObject({ type: 'PodScheduled', status: 'True', lastTransitionTime: 'before' });
  });

  it('that has ended shows no container that could still start, unless its turn never came', () => {
    const none = { observation: observation([], []), ending: true, ended: true };
    const unknown = { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated' };
    expect(firstOf({ ...none, ended: false })?.state?.waiting?.reason).toBe('ContainerCreating');
    expect(firstOf(none)?.state).toEqual({ terminated: unknown });
    expect(podStatus(input(none)).phase).toBe('Failed');
    const pod = aPod({ initContainers: [aContainer('i1'), aContainer('i2')] });
    const reasons = (observed: PodStatusInput['observation']) => {
      const { initContainerStatuses = [], containerStatuses = [] } = podStatus(input({ ...none, pod, observation: observed }));
      return [...initContainerStatuses, ...containerStatuses].map(({ state }) => state?.terminated?.reason ?? state?.waiting?.reason);
    };
    expect(reasons(none.observation)).toEqual(['ContainerStatusUnknown', 'PodInitializing', 'PodInitializing']);
    expect(reasons(observation([exited('i1', 0)]))).toEqual(['Completed', 'PodInitializing', 'PodInitializing']);
    expect(reasons(observation([exited('i1', 0), exited('i2', 0)]))).toEqual(['Completed', 'Completed', 'ContainerStatusUnknown']);
  });

  it('that the node refused has no containers', () => {
    const pod = aPod({}, {}, { phase: 'Failed', reason: 'OutOfcpu' });
    expect(podStatus(input({ pod, observation: observation([], []), ending: true, ended: true }))).not.toHaveProperty('containerStatuses');
  });

  it('shows addresses of the pod and of its node', () => {
    expect(podStatus(input())).toMatchObject({
      phase: 'Running',
      podIP: '10.0.0.5',
      podIPs: [{ ip: '10.0.0.5' }],
      hostIP: '192.0.2.1',
      hostIPs: [{ ip: '192.0.2.1' }],
    });
    expect(
      podStatus(input({ pod: aPod({ hostNetwork: true }), observation: observation([observed('c')], [aSandbox({ ips: [], hostNetwork: true })]) }))
        .podIP,
    ).toBe('192.0.2.1');
  });

  it('is ready when every container is', () => {
    expect(conditions({})).toMatchObject({ Ready: 'True', ContainersReady: 'True' });
    expect(conditions({ ready: () => false }).Ready).toBe('False ContainersNotReady containers with unready status: [c]');
  });

  it('names the containers that initialization waits for', () => {
    const pod = aPod({ initContainers: [aContainer('i1'), aContainer('i2')] });
    const more = { pod, observation: observation([exited('i1', 0), observed('i2')]) };
    expect(conditions(more).Initialized).toBe('False ContainersNotInitialized containers with incomplete status: [i2]');
    expect(firstOf(more)?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
  });

  it('waits for readiness gates', () => {
    const pod = aPod({ readinessGates: [{ conditionType: 'a.b/c' }] });
    expect(conditions({ pod }).Ready).toBe('False ReadinessGatesNotReady corresponding condition of pod readiness gate "a.b/c" does not exist.');
    const set = aPod(pod.spec, {}, { conditions: [{ type: 'a.b/c', status: 'False' }] });
    expect(conditions({ pod: set }).Ready).toBe('False ReadinessGatesNotReady the status of pod readiness gate "a.b/c" is not "True", but False');
  });

  it('keeps the time of a condition that did not change', () => {
    const old = { type: 'Ready', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' };
    const status = podStatus(input({ pod: aPod({}, {}, { conditions: [old] }) }));
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime).toBe('2020-01-01T00:00:00Z');
    expect(status.conditions?.find(({ type }) => type === 'Initialized')?.lastTransitionTime).toBe('2026-01-02T00:00:00Z');
  });

  it('shows how a container ended, and the end before', () => {
    const more = {
      observation: observation([observed('c', { attempt: 1 }), exited('c', 137, { reason: 'OOMKilled' })]),
      terminationMessages: new Map([['c-0', 'last words']]),
    };
    expect(firstOf(more)).toMatchObject({
      restartCount: 1,
      state: { running: {} },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', message: 'last words', containerID: 'containerd://c-0' } },
    });
  });

  it('shows why a dead container waits, with its end as the last state', () => {
    const more = { observation: observation([exited('c', 1)]), waiting: new Map([['c', { reason: 'CrashLoopBackOff', message: 'later' }]]) };
    expect(firstOf(more)).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'later' } },
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(firstOf({ ...more, ending: true })?.state?.terminated).toMatchObject({ exitCode: 1 });
  });

  it('counts a container that got lost as restarted, and says so', () => {
    const running = { name: 'c', state: { running: {} }, restartCount: 2, image: '', imageID: '', ready: true };
    const more = { pod: aPod({}, {}, { containerStatuses: [running] }), observation: observation([]) };
    expect(firstOf(more)).toMatchObject({ restartCount: 3, lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } } });
  });

  describe('of which all containers are restarted', () => {
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
    const spec = {
      restartPolicy: 'Never',
      initContainers: [aContainer('i')],
      containers: [aContainer('c', { restartPolicy: 'Never', restartPolicyRules: rules })],
    };
    const TRUE = 'True RestartAllContainersStarted container exited with restart policy rule';
    const before = podStatus(input({ pod: aPod(spec), observation: observation([exited('i', 0), observed('c')]) }));
    const restarting = podStatus(input({ pod: aPod(spec, {}, before), observation: observation([exited('i', 0), exited('c', 42)]) }));

    it('says so in a condition, which no other pod has', () => {
      const condition = (status: PodStatus) => status.conditions?.find(({ type }) => type === 'AllContainersRestarting');
      expect(condition(before)).toMatchObject({ status: 'False' });
      expect(condition(restarting)).toMatchObject({ status: 'True' });
      expect(conditions({ pod: aPod(spec, {}, before), observation: observation([exited('c', 42)]) })).toMatchObject({
        AllContainersRestarting: TRUE,
        Initialized: 'True',
      });
      expect(conditions({ pod: aPod(spec, {}, restarting), observation: observation([]) })).toMatchObject({ AllContainersRestarting: 'False' });
      expect(conditions({})).not.toHaveProperty('AllContainersRestarting');
      const over = { pod: aPod(spec, {}, { ...before, phase: 'Failed' }), observation: observation([exited('c', 42)]) };
      expect(conditions(over)).toMatchObject({ AllContainersRestarting: 'False PodFailed' });
    });

    it('shows that they were removed, and counts them as restarted', () => {
      const why = { reason: 'RestartingAllContainers', message: 'The container is removed because RestartAllContainers in place' };
      const removed = podStatus(input({ pod: aPod(spec, {}, restarting), observation: observation([]) }));
      for (const shown of [removed.initContainerStatuses?.[0], removed.containerStatuses?.[0]]) {
        expect(shown).toMatchObject({ state: { waiting: why }, lastState: { terminated: { exitCode: 137, ...why } }, restartCount: 1, ready: false });
        expect(shown).not.toHaveProperty('containerID');
      }
      expect(removed.phase).toBe('Running');
      const again = input({
        pod: aPod(spec, {}, removed),
        observation: observation([exited('i', 0, { attempt: 1 }), observed('c', { attempt: 1 })]),
      });
      expect(podStatus(again).containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: why }, state: { running: {} } });
    });

    it('counts one that waited to be started again, and keeps the end that it had', () => {
      const waited = podStatus(
        input({
          pod: aPod({ ...spec, containers: [...spec.containers, aContainer('d', { restartPolicy: 'Always' })] }),
          observation: observation([exited('i', 0), exited('c', 42), exited('d', 1, { attempt: 2 })]),
          waiting: new Map([['d', { reason: 'CrashLoopBackOff', message: 'back-off' }]]),
        }),
      );
      const pod = aPod({ ...spec, containers: [...spec.containers, aContainer('d', { restartPolicy: 'Always' })] }, {}, waited);
      const removed = podStatus(input({ pod, observation: observation([exited('c', 42)]) }));
      expect(removed.containerStatuses?.[1]).toMatchObject({
        state: { waiting: { reason: 'PodInitializing' } },
        lastState: { terminated: { exitCode: 1 } },
        restartCount: 3,
      });
    });
  });

  it('never goes back from a final phase', () => {
    expect(podStatus(input({ pod: aPod({}, {}, { phase: 'Failed' }) })).phase).toBe('Failed');
  });

  it('tells what a container has while it is given other resources, and how far that is', () => {
    const resources = { requests: { cpu: '2' }, limits: { cpu: '2' } };
    const has = { requests: { cpu: '1' }, limits: { cpu: '1' } };
    const pod = aPod({ containers: [aContainer('c', { resources })] });
    const more = { pod, applied: () => has, resizing: { error: undefined }, pending: { reason: 'Deferred', message: 'full' } };
    expect(firstOf(more)).toMatchObject({ resources: has, allocatedResources: { cpu: '2' } });
    expect(firstOf({ ...more, observation: observation([exited('c', 0)]) })).toMatchObject({ resources, allocatedResources: { cpu: '2' } });
    expect(conditions(more)).toMatchObject({ PodResizeInProgress: 'True', PodResizePending: 'True Deferred full' });
    expect(conditions({ pod, resizing: { error: 'no' } })).toMatchObject({ PodResizeInProgress: 'True Error no' });
    expect(Object.keys(conditions({ pod }))).not.toContain('PodResizeInProgress');
  });

  it('says from the beginning that the node disrupts it, where it does', () => {
    const failure = { reason: 'Evicted', message: 'why', isDisruption: true };
    const pod = aPod({}, { generation: 2 });
    expect(podStatus(input({ pod, failure, ending: true })).conditions?.at(-1)).toEqual({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
      message: 'why',
      observedGeneration: 2,
      lastProbeTime: undefined,
      lastTransitionTime: '2026-01-02T00:00:00Z',
    });
  });

  it('fails as a whole once nothing of it runs where the node says so', () => {
    const failure = { reason: 'Evicted', message: 'why' };
    expect(podStatus(input({ failure, ending: true }))).toMatchObject({ phase: 'Running' });
    expect(podStatus(input({ failure, ending: true, ended: true, observation: observation([exited('c', 0)]) }))).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'why',
    });
  });

  it('ends with conditions that say so', () => {
    const more = { pod: aPod({ restartPolicy: 'Never' }), observation: observation([exited('c', 0)]) };
    expect(conditions(more)).toMatchObject({ Initialized: 'True PodCompleted', Ready: 'False PodCompleted', ContainersReady: 'False PodCompleted' });
  });
});
