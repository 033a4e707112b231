import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import { DynamicResourcesError } from '../../contract/dynamic-resources.ts';
import type { PodObservation } from '../../contract/observation.ts';
import { MountError } from '../../contract/pod-volumes.ts';
import { aContainer, aPod, aSandbox, exited, observation, observed } from '../../contract/pods.fixture.ts';
import type { Verdicts } from '../../probe/prober.ts';
import type { PodState } from './pod-state.ts';
import { initialState } from './pod-state.ts';
import type { PodEvent, Step } from './step.ts';
import { step } from './step.ts';
import { begun, heldBack, NO_TASKS } from './tasks.ts';
import type { PodView, WorkerFacts } from './turn.ts';
import type { TaskResult, WorkerAction } from './worker-action.ts';

const START = Date.UTC(2026, 0, 1);
const NO_VERDICTS: Verdicts = { startup: undefined, liveness: undefined, readiness: undefined };
const FACTS: WorkerFacts = {
  simulated: false,
  runtimeName: 'containerd',
  features: { supplementalGroupsPolicy: true, recursiveReadOnlyMounts: true, userNamespaces: false },
  nodeIps: ['192.0.2.7'],
  machine: { memoryCapacity: 2 ** 32, cgroups: { version: 2, hugePageSizes: [] } },
};

const view = (seen: PodObservation, more: Partial<PodView> = {}): PodView => ({
  observation: seen,
  now: START + 60_000,
  verdicts: () => NO_VERDICTS,
  deviceHealth: () => [],
  node: FACTS,
  ...more,
});
const ALIVE = observation([observed('c')]);
const GONE = observation([exited('c', 137)], [aSandbox({ ready: false })]);

/** An action in short: `begin end`, `event BackOff`, `status Running`, `hasten 5 c-0`. */
function short(action: WorkerAction): string {
  switch (action.type) {
    case 'begin':
      return `begin ${action.key}`;
    case 'event':
      return `event ${action.reason}`;
    case 'log':
      return `log ${action.message}`;
    case 'putStatus':
      return `status ${action.status.phase}`;
    case 'hasten':
      return ['hasten', action.graceSeconds, ...action.ids].join(' ');
    default:
      return action.type;
  }
}
const shortly = ({ actions }: Step): string[] => actions.filter(({ type }) => type !== 'wakeAt').map(short);
const wakeTime = ({ actions }: Step): number | undefined => actions.flatMap((action) => (action.type === 'wakeAt' ? [action.time] : []))[0];

/** Takes the events one after the other, each followed by no look but those that are asked for. */
function run(state: PodState, seen: PodView, ...events: readonly PodEvent[]): Step {
  return events.reduce<Step>(
    (before, event) => {
      const next = step(before.state, event, seen);
      return { state: next.state, actions: [...before.actions, ...next.actions] };
    },
    { state, actions: [] },
  );
}

const LOOK: PodEvent = { type: 'look' };
const update = (pod: Live<Pod>): PodEvent => ({ type: 'update', pod });
const newer = (metadata: Partial<Live<Pod>['metadata']> = {}, spec: Partial<PodSpec> = {}) => aPod(spec, { resourceVersion: '2', ...metadata });
const deletion = (deletionGracePeriodSeconds: number): PodEvent =>
  update(newer({ deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds }));
const taskEnded = (key: string, result: TaskResult): PodEvent => ({ type: 'taskEnded', key, result });

const FAILURE = { reason: 'Evicted', message: 'The node was low on memory.' };
const running = (spec: Partial<PodSpec> = {}, more: Partial<PodState> = {}): PodState => ({
  ...initialState(aPod(spec), START, false),
  volumesReady: true,
  hasStarted: true,
  ...more,
});
const LIVES: Readonly<Record<string, PodState>> = {
  running: running(),
  ending: { ...running({}, { tasks: begun(NO_TASKS, 'end') }), life: { phase: 'ending', graceSeconds: 30, failure: undefined } },
  ended: { ...running({}, { messages: new Map([['c-0', '']]) }), life: { phase: 'ended', graceSeconds: 30, failure: undefined } },
  over: { ...running({}, { messages: new Map([['c-0', '']]) }), life: { phase: 'over', graceSeconds: 30, failure: undefined } },
};
const inLife = (phase: string): PodState => {
  const state = LIVES[phase];
  if (!state) throw new Error(`there is no phase ${phase}`);
  return state;
};

describe('each phase of a life × what can happen', () => {
  const exit = view(observation([exited('c', 1)]));
  const sandboxDied = view(GONE);
  const late = view(ALIVE, { now: START + 3_600_000 });
  const deadline = newer({}, { activeDeadlineSeconds: 600 });
  const END = { type: 'end', request: { graceSeconds: 10, failure: FAILURE } } as const;
  const VANISH = { type: 'end', request: { graceSeconds: 1, vanished: true } } as const;

  it.each<[phase: string, what: string, seen: PodView, events: readonly PodEvent[], then: string, actions: readonly string[]]>([
    ['running', 'nothing', view(ALIVE), [LOOK], 'running', ['status Running']],
    ['ending', 'nothing', view(ALIVE), [LOOK], 'ending', ['status Running']],
    ['ended', 'nothing', view(GONE), [LOOK], 'over', ['status Failed', 'stopProbes', 'finished']],
    ['over', 'nothing', view(GONE), [LOOK], 'over', ['status Failed']],

    ['running', 'an update', view(ALIVE), [update(newer())], 'running', ['updateVolumes']],
    ['ending', 'an update', view(ALIVE), [update(newer())], 'ending', ['updateVolumes']],
    ['ended', 'an update', view(GONE), [update(newer())], 'ended', ['updateVolumes']],
    ['over', 'an update', view(GONE), [update(newer())], 'over', ['updateVolumes']],

    ['running', 'its deletion', view(ALIVE), [deletion(30)], 'ending', ['updateVolumes', 'endProbes']],
    ['ending', 'a deletion that gives no less time', view(ALIVE), [deletion(60)], 'ending', ['updateVolumes']],
    ['ending', 'a deletion that gives less time', view(ALIVE), [deletion(5)], 'ending', ['updateVolumes', 'hasten 5 c-0']],
    ['ended', 'a deletion that gives less time', view(GONE), [deletion(5)], 'ended', ['updateVolumes', 'hasten 5']],
    ['over', 'its deletion', view(GONE), [deletion(30)], 'over', ['updateVolumes']],

    ['running', 'its eviction', view(ALIVE), [END], 'ending', ['endProbes']],
    ['ending', 'its eviction', view(ALIVE), [END], 'ending', ['hasten 10 c-0']],
    ['ended', 'its eviction', view(GONE), [END, LOOK], 'over', ['hasten 10', 'status Failed', 'stopProbes', 'finished']],

    ['running', 'its vanishing', view(ALIVE), [VANISH, LOOK], 'ending', ['endProbes', 'begin end']],
    ['ending', 'its vanishing', view(ALIVE), [VANISH, LOOK], 'ending', ['hasten 1 c-0']],
    ['ended', 'its vanishing', view(GONE), [VANISH, LOOK], 'over', ['hasten 1', 'stopProbes', 'finished']],
    ['over', 'its vanishing', view(GONE), [VANISH, LOOK], 'over', ['hasten 1']],

    [
      'running',
      'the end of its deadline',
      late,
      [update(deadline), LOOK],
      'ending',
      ['updateVolumes', 'event DeadlineExceeded', 'endProbes', 'begin end', 'status Running'],
    ],
    ['ending', 'the end of its deadline', late, [update(deadline), LOOK], 'ending', ['updateVolumes', 'status Running']],

    ['running', 'the exit of a container', exit, [LOOK], 'running', ['begin container/c', 'begin messages']],
    ['ending', 'the exit of a container', exit, [LOOK], 'ending', ['begin messages']],
    ['running', 'the death of its sandbox', sandboxDied, [LOOK], 'running', ['begin sandbox', 'event SandboxChanged', 'begin messages']],
    ['ending', 'the death of its sandbox', sandboxDied, [LOOK], 'ending', ['begin messages']],

    ['ending', 'its end', view(GONE), [taskEnded('end', { type: 'podEnded' }), LOOK], 'ended', ['begin messages']],
    [
      'ending',
      'its end and the last words of its container',
      view(GONE),
      [taskEnded('end', { type: 'podEnded' }), taskEnded('messages', { type: 'messagesRead', messages: new Map([['c-0', 'bye']]) }), LOOK],
      'over',
      ['status Failed', 'stopProbes', 'finished'],
    ],
    [
      'ending',
      'a failure of its end',
      view(ALIVE),
      [taskEnded('end', { type: 'broke', error: new Error('no') }), LOOK],
      'ending',
      ['log a step failed and is tried again', 'event FailedKillPod', 'status Running'],
    ],
  ])('a pod that is %s, at %s', (phase, _what, seen, events, then, actions) => {
    const result = run(inLife(phase), seen, ...events);
    expect({ phase: result.state.life.phase, actions: shortly(result) }).toEqual({ phase: then, actions });
  });

  it.each(Object.keys(LIVES))('a pod that is %s does nothing any more once the agent stops, and kills nothing', (phase) => {
    const stopped = run(inLife(phase), view(ALIVE), { type: 'stop' });
    expect(shortly(stopped)).toEqual(['stopProbes']);
    expect(wakeTime(stopped)).toBeUndefined();
    expect(shortly(run(stopped.state, view(GONE), LOOK, deletion(1), VANISH, taskEnded('end', { type: 'podEnded' }), LOOK))).toEqual([]);
  });

  it('keeps the shortest grace period and the first failure', () => {
    const { state } = run(inLife('running'), view(ALIVE), END, deletion(60), { type: 'end', request: { graceSeconds: 3 } });
    expect(state.life).toEqual({ phase: 'ending', graceSeconds: 3, failure: FAILURE });
  });
});

describe('a pod that begins', () => {
  it('gets its volumes and its sandbox at once, its containers after both', () => {
    const begins = run(initialState(aPod(), START, false), view(observation([], []), { now: START }), LOOK);
    expect(shortly(begins)).toEqual(['begin volumes', 'begin sandbox', 'status Pending']);
    const withSandbox = run(begins.state, view(observation([])), taskEnded('sandbox', { type: 'sandboxReady' }), LOOK);
    expect(shortly(withSandbox)).toEqual(['status Pending']);
    expect(shortly(run(withSandbox.state, view(observation([])), taskEnded('volumes', { type: 'volumesReady' }), LOOK))).toEqual([
      'begin container/c',
      'status Pending',
    ]);
  });

  it('tells how long its start took when all of its containers run, once', () => {
    const state = running({}, { hasStarted: false });
    const started = run(state, view(ALIVE, { now: START + 1_500 }), LOOK, LOOK);
    expect(started.actions.filter(({ type }) => type === 'observeStart')).toEqual([{ type: 'observeStart', seconds: 1.5 }]);
  });

  it('is not begun again if it is over already: only what is left is ended, at once', () => {
    const over = initialState(aPod({}, {}, { phase: 'Succeeded' }), START, false);
    const result = run(over, view(ALIVE), LOOK);
    expect(shortly(result)).toEqual(['endProbes', 'begin end', 'status Succeeded']);
    expect(result.state.life).toMatchObject({ phase: 'ending', graceSeconds: 0 });
  });

  it.each([-1, 0])('is given one second to end where its spec says %d', (terminationGracePeriodSeconds) => {
    const spec = { terminationGracePeriodSeconds, activeDeadlineSeconds: 1 };
    expect(run(running(spec), view(ALIVE), LOOK).state.life).toMatchObject({ phase: 'ending', graceSeconds: 1 });
  });

  it('that another client has ended is ended within its grace period, and stays as that client left it', () => {
    const begins = run(running({ terminationGracePeriodSeconds: 7 }), view(ALIVE), LOOK);
    const evicted = aPod({ terminationGracePeriodSeconds: 7 }, { resourceVersion: '2' }, { phase: 'Failed', reason: 'Evicted' });
    const { state, actions } = run(begins.state, view(ALIVE), update(evicted), LOOK);
    expect(state.life).toMatchObject({ phase: 'ending', graceSeconds: 7 });
    expect(shortly({ state, actions })).toEqual(expect.arrayContaining(['begin end', 'status Failed']));
    expect(state.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
  });

  it('keeps quiet for a moment if it is simulated, unless it runs sooner', () => {
    const simulated = { node: { ...FACTS, simulated: true } };
    const state = initialState(aPod(), START, true);
    const quiet = run(state, view(observation([], []), { ...simulated, now: START + 10 }), LOOK);
    expect(shortly(quiet)).toEqual(['begin sandbox']);
    expect(wakeTime(quiet)).toBe(START + 50);
    expect(shortly(run(state, view(ALIVE, { ...simulated, now: START + 10 }), LOOK))).toContain('status Running');
    expect(shortly(run(state, view(observation([], []), { ...simulated, now: START + 50 }), LOOK))).toContain('status Pending');
  });
});

describe('a task', () => {
  const broken = new Error('the disk is full');
  const now = START + 60_000;
  it.each<[key: string, result: TaskResult, actions: readonly string[], retryInMs: number | undefined]>([
    ['volumes', { type: 'volumesFailed', error: new MountError('no volume') }, ['event FailedMount'], 500],
    ['volumes', { type: 'volumesFailed', error: broken }, ['log volumes could not be set up', 'event FailedMount'], 500],
    ['sandbox', { type: 'sandboxFailed', error: broken }, ['log a sandbox could not be created', 'event FailedCreatePodSandBox'], 500],
    [
      'container/c',
      { type: 'startFailed', container: 'c', previous: undefined, reason: 'ErrImagePull', message: 'no', retryAt: now + 7_000 },
      [],
      7_000,
    ],
    ['container/c', { type: 'broke', error: broken }, ['log a step failed and is tried again', 'event FailedSync'], 500],
    [
      'sandbox',
      { type: 'sandboxFailed', error: new DynamicResourcesError('no driver') },
      ['log a sandbox could not be created', 'event FailedPrepareDynamicResources'],
      500,
    ],
    ['container/c', { type: 'done' }, [], undefined],
  ])('%s that ends with %j says so, and is tried again in time', (key, result, actions, retryInMs) => {
    const state = running({}, { tasks: begun(NO_TASKS, key), volumesReady: false });
    const ended = run(state, view(observation([])), taskEnded(key, result));
    expect(shortly(ended)).toEqual(actions);
    expect(ended.state.tasks.running.size).toBe(0);
    const time = ended.state.tasks.notBefore.get(key);
    expect(time === undefined ? undefined : time - now).toBe(retryInMs);
  });

  it('that fails for ever is tried ever more seldom, and starts over once it succeeds', () => {
    const fail = (state: PodState) =>
      run({ ...state, tasks: begun(state.tasks, 'end') }, view(ALIVE), taskEnded('end', { type: 'broke', error: broken })).state;
    const delay = ({ tasks }: PodState) => (tasks.notBefore.get('end') ?? 0) - now;
    let state = running({});
    const delays = Array.from({ length: 7 }, () => {
      state = fail(state);
      return delay(state);
    });
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(delay(fail(run(state, view(ALIVE), taskEnded('end', { type: 'done' })).state))).toBe(500);
  });

  it('that failed is begun again when its time has come, and not before', () => {
    const state = running({}, { tasks: heldBack(NO_TASKS, 'sandbox', now + 500) });
    const nothing = observation([], []);
    const early = run(state, view(nothing), LOOK);
    expect(shortly(early)).toEqual(['status Pending']);
    expect(wakeTime(early)).toBe(now + 500);
    expect(shortly(run(state, view(nothing, { now: now + 500 }), LOOK))).toEqual(['begin sandbox', 'status Pending']);
  });

  it('that fails to make a sandbox for a pod that ends by now is not mentioned', () => {
    const state = { ...inLife('ending'), tasks: begun(NO_TASKS, 'sandbox') };
    expect(shortly(run(state, view(observation([], [])), taskEnded('sandbox', { type: 'sandboxFailed', error: broken })))).toEqual([]);
  });

  it('that is under way when the pod is to end ends first', () => {
    const busy = running({}, { tasks: begun(NO_TASKS, 'container/c') });
    const waiting = run(busy, view(observation([])), deletion(30), LOOK);
    expect(shortly(waiting)).not.toContain('begin end');
    expect(shortly(run(waiting.state, view(ALIVE), taskEnded('container/c', { type: 'done' }), LOOK))).toContain('begin end');
  });
});

describe('containers that start', () => {
  const three = { containers: ['a', 'b', 'c'].map((name) => aContainer(name)) };
  const started = (container: string): TaskResult => ({ type: 'started', container, previous: undefined });

  it('do so in the order of the spec, each after the one before it', () => {
    const first = run(running(three), view(observation([])), LOOK);
    expect(shortly(first)).toEqual(['begin container/a', 'status Pending']);
    const second = run(first.state, view(observation([observed('a')])), taskEnded('container/a', started('a')), LOOK);
    expect(shortly(second)).toEqual(['begin container/b', 'status Pending']);
    const third = run(second.state, view(observation([observed('a'), observed('b')])), taskEnded('container/b', started('b')), LOOK);
    expect(shortly(third)).toEqual(['begin container/c', 'status Pending']);
  });

  it('wait for one start of the container before them, not for its restarts', () => {
    const first = run(running(three), view(observation([])), LOOK);
    const crashed = view(observation([exited('a', 1)]));
    const read = taskEnded('messages', { type: 'messagesRead', messages: new Map([['a-0', '']]) });
    const second = run(first.state, crashed, taskEnded('container/a', started('a')), read, LOOK);
    expect(shortly(second)).toEqual(['begin container/a', 'begin container/b', 'status Pending']);
  });

  it('count as started only after their postStart hook, and are not probed before', () => {
    const hook = { lifecycle: { postStart: { exec: { command: ['prepare'] } } } };
    const spec = { containers: [aContainer('a', hook), aContainer('b')] };
    const begun = run(running(spec), view(observation([])), LOOK);
    const runs = run(begun.state, view(observation([observed('a')])), LOOK);
    expect(shortly(runs)).toEqual(['status Pending']);
    expect(runs.state.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      started: false,
      state: { waiting: { reason: 'ContainerCreating' } },
    });
    const done = run(runs.state, view(observation([observed('a')])), taskEnded('container/a', started('a')), LOOK);
    expect(shortly(done)).toEqual(['begin container/b', 'status Pending']);
    expect(done.state.status?.containerStatuses?.[0]).toMatchObject({ ready: true, started: true });
  });

  it('are shown as they ended before while the postStart hook of their restart runs', () => {
    const spec = { containers: [aContainer('c', { lifecycle: { postStart: { exec: { command: ['prepare'] } } } })] };
    const messages = new Map([['c-0', '']]);
    const restart = run(running(spec, { messages }), view(observation([exited('c', 1)])), LOOK);
    const runs = run(restart.state, view(observation([exited('c', 1), observed('c', { attempt: 1 })])), LOOK);
    expect(runs.state.status?.containerStatuses?.[0]).toMatchObject({ ready: false, restartCount: 0, state: { terminated: { exitCode: 1 } } });
  });

  it('queue anew if their sandbox died meanwhile', () => {
    const first = run(running(three), view(observation([])), LOOK);
    const dead = run(first.state, view(observation([], [aSandbox({ ready: false })])), taskEnded('container/a', { type: 'done' }), LOOK);
    const anew = run(dead.state, view(observation([], [aSandbox({ id: 's1', attempt: 1 })])), taskEnded('sandbox', { type: 'sandboxReady' }), LOOK);
    expect(shortly(anew)).toEqual(['begin container/a', 'status Pending']);
  });
});

describe('a container that crashes', () => {
  const death = (attempt: number, finishedAt: number) => observation([exited('c', 1, { attempt, finishedAt })]);
  const restarted = (attempt: number, finishedAt: number): TaskResult => ({
    type: 'started',
    container: 'c',
    previous: exited('c', 1, { attempt, finishedAt }),
  });
  const messages = new Map(['c-0', 'c-1', 'c-2'].map((id) => [id, '']));
  const now = START + 60_000;

  it('is restarted at once the first time, then after ten seconds from its death by the clock on the wall', () => {
    const first = run(running({}, { messages }), view(death(0, now)), LOOK);
    expect(shortly(first)).toEqual(['begin container/c', 'status Running']);
    const again = run(first.state, view(death(1, now + 1_000), { now: now + 2_000 }), taskEnded('container/c', restarted(0, now)), LOOK);
    expect(shortly(again)).toEqual(['event BackOff', 'status Running']);
    expect(wakeTime(again)).toBe(now + 11_000);
    expect(again.state.waiting.get('c')).toEqual({
      reason: 'CrashLoopBackOff',
      message: 'back-off 10s restarting failed container=c pod=p_default(u1)',
    });
    expect(shortly(run(again.state, view(death(1, now + 1_000), { now: now + 10_999 }), LOOK))).toEqual(['status Running']);
    expect(shortly(run(again.state, view(death(1, now + 1_000), { now: now + 11_000 }), LOOK))).toEqual(['begin container/c', 'status Running']);
  });

  it('says that it is held back once for each delay', () => {
    const state = run(
      running({}, { messages, tasks: begun(NO_TASKS, 'container/c') }),
      view(death(0, now)),
      taskEnded('container/c', restarted(0, now)),
    );
    const held = view(death(1, now), { now: now + 1 });
    expect(shortly(run(state.state, held, LOOK, LOOK)).filter((text) => text === 'event BackOff')).toHaveLength(1);
  });

  it('waits no longer once it runs', () => {
    const waiting = new Map([['c', { reason: 'CrashLoopBackOff', message: 'back-off' }]]);
    const { state } = run(running({}, { waiting }), view(ALIVE), taskEnded('container/c', restarted(0, now)));
    expect(state.waiting.size).toBe(0);
  });

  it('is killed if a probe has given it up, and ends with the message of the kill', () => {
    const spec = { containers: [aContainer('c', { livenessProbe: { terminationGracePeriodSeconds: 7 } })] };
    const dead = view(ALIVE, { verdicts: () => ({ ...NO_VERDICTS, liveness: false }) });
    expect(run(running(spec), dead, LOOK).actions[0]).toMatchObject({
      type: 'begin',
      key: 'container/c',
      task: { type: 'killContainer', id: 'c-0', graceSeconds: 7, message: 'Container c failed liveness probe, will be restarted' },
    });
  });
});

describe('a container that is ended to run again at once', () => {
  const changed = { containers: [aContainer('c', { image: 'other' })] };
  const messages = new Map([['c-0', '']]);
  const endedHere = observation([exited('c', 137)]);
  const again = observation([observed('c', { attempt: 1, createdAt: 5_000 }), exited('c', 137)]);
  const killed = (spec: Partial<PodSpec> = {}) =>
    run(running(spec, { messages }), view(ALIVE), update(newer({}, { ...spec, ...changed })), LOOK).state;
  const told = ({ actions }: Step) =>
    actions.flatMap((action) => {
      if (action.type !== 'putStatus') return [];
      const [status] = action.status.containerStatuses ?? [];
      const ready = action.status.conditions?.find(({ type }) => type === 'Ready')?.status;
      return [[Object.keys(status?.state ?? {})[0], ready, status?.restartCount, status?.state?.waiting?.reason]];
    });
  const started = (retryAt?: number): PodEvent => {
    const previous = endedHere.containers[0];
    const result: TaskResult =
      retryAt === undefined
        ? { type: 'started', container: 'c', previous }
        : { type: 'startFailed', container: 'c', previous, reason: 'RunContainerError', message: 'no', retryAt };
    return taskEnded('container/c', result);
  };

  it('is shown as it ran until it runs again', () => {
    const ended = run(killed(), view(endedHere), taskEnded('container/c', { type: 'done' }), LOOK);
    expect([told(ended), shortly(ended)]).toEqual([[['running', 'True', 0, undefined]], ['begin container/c', 'status Running']]);
    // The runtime may show the new one before its start is told.
    expect(told(run(ended.state, view(again), LOOK))).toEqual([['running', 'True', 1, undefined]]);
    expect(told(run(ended.state, view(again), started(), LOOK))).toEqual([['running', 'True', 1, undefined]]);
  });

  it('is shown as ended if it cannot start', () => {
    const ended = run(killed(), view(endedHere), taskEnded('container/c', { type: 'done' }), LOOK);
    const failed = run(ended.state, view(endedHere), started(START + 120_000), LOOK);
    expect(told(failed)).toEqual([['waiting', 'False', 0, 'RunContainerError']]);
  });

  it('is shown as ended if its pod is deleted meanwhile', () =>
    expect(told(run(killed(), view(endedHere), taskEnded('container/c', { type: 'done' }), deletion(5), LOOK))).toEqual([
      ['terminated', 'False', 0, undefined],
    ]));

  it('runs again, whatever the policy of its pod', () => {
    const ended = run(killed({ restartPolicy: 'Never' }), view(endedHere), taskEnded('container/c', { type: 'done' }), LOOK);
    expect(shortly(ended)).toEqual(['begin container/c', 'status Running']);
  });
});

describe('a pod whose containers are all restarted', () => {
  const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
  const spec = { restartPolicy: 'Never', containers: [aContainer('a', { restartPolicy: 'Never', restartPolicyRules: rules }), aContainer('c')] };
  const messages = new Map([['a-0', '']]);
  const asked = view(observation([exited('a', 42), observed('c')]));
  const conditionIn = (told: Step) =>
    told.actions.flatMap((action) =>
      action.type === 'putStatus' ? (action.status.conditions?.find(({ type }) => type === 'AllContainersRestarting')?.status ?? []) : [],
    );

  it('says so first, has them removed then, and starts them as soon as they are gone', () => {
    const told = run(running(spec, { messages }), asked, LOOK);
    expect(shortly(told)).toEqual(['status Running', 'begin removal']);
    expect(conditionIn(told)).toEqual(['True']);
    expect(shortly(run(told.state, asked, LOOK))).toEqual(['status Running']);
    const removed = run(told.state, view(observation([])), taskEnded('removal', { type: 'containersRemoved' }), LOOK);
    expect(shortly(removed)).toEqual(['status Running', 'begin container/a']);
    expect(conditionIn(removed)).toEqual(['False']);
  });

  it('removes none while a container of it starts', () => {
    const busy = run(running(spec, { messages, tasks: begun(NO_TASKS, 'container/c') }), asked, LOOK);
    expect(shortly(busy)).toEqual(['status Running']);
    expect(shortly(run(busy.state, asked, taskEnded('container/c', { type: 'done' }), LOOK))).toEqual(['begin removal', 'status Running']);
  });

  it('starts them without the delays that they had', () => {
    const told = run(running(spec, { messages, tasks: heldBack(NO_TASKS, 'container/a', START + 600_000) }), asked, LOOK);
    const removed = run(told.state, view(observation([])), taskEnded('removal', { type: 'containersRemoved' }), LOOK);
    expect(shortly(removed)).toContain('begin container/a');
  });

  it('ends at once if it is deleted meanwhile, after the removal under way', () => {
    const told = run(running(spec, { messages }), asked, LOOK);
    const deleted = run(told.state, asked, deletion(1), LOOK);
    expect(shortly(deleted)).not.toContain('begin end');
    expect(shortly(run(deleted.state, asked, taskEnded('removal', { type: 'containersRemoved' }), LOOK))).toContain('begin end');
  });
});

describe('a pod whose resources change while it runs', () => {
  const limited = (memory: string, more: Partial<Container> = {}) => ({
    containers: [aContainer('c', { resources: { limits: { memory }, requests: { memory } }, ...more })],
  });
  const made = (memory: string) =>
    observed('c', {
      annotations: {
        ...observed('c').annotations,
        'skiff.dev/container.requirements': JSON.stringify({ limits: { memory }, requests: { memory } }),
      },
    });
  const resizeTask = ({ actions }: Step) => {
    const [task] = actions.flatMap((action) => (action.type === 'begin' && action.task.type === 'resize' ? [action.task] : []));
    if (!task) throw new Error('that is no resize');
    return task;
  };
  const resizedTo = ({ pod }: PodState, given: Readonly<Record<string, ResourceRequirements>> = {}): PodEvent =>
    taskEnded('resize', { type: 'resized', pod, given: new Map(Object.entries(given)) });
  const shown = ({ state }: Step) => {
    const { resources, allocatedResources } = state.status?.containerStatuses?.[0] ?? {};
    const conditions = (state.status?.conditions ?? [])
      .filter(({ type }) => type.startsWith('PodResize'))
      .map(({ type, reason }) => `${type} ${reason}`);
    return [resources?.limits?.memory, allocatedResources?.memory, ...conditions];
  };

  it('is resized once, tells what it has meanwhile, and when it is done', () => {
    const was = view(observation([made('1Gi')]));
    const begun = run(running(limited('1Gi')), was, LOOK, update(newer({ generation: 2 }, limited('2Gi'))), LOOK);
    expect(shortly(begun)).toEqual(['status Running', 'event ResizeStarted', 'updateVolumes', 'begin resize', 'status Running']);
    expect(shown(begun)).toEqual(['1Gi', '2Gi', 'PodResizeInProgress undefined']);
    expect(resizeTask(begun).containers).toMatchObject([
      { id: 'c-0', lowersMemory: false, resources: { memory_limit_in_bytes: 2 ** 31, unified: { 'memory.oom.group': '1' } } },
    ]);
    const resources = limited('2Gi').containers[0]?.resources ?? {};
    const done = run(begun.state, was, resizedTo(begun.state, { 'c-0': resources }), LOOK, LOOK);
    expect(shortly(done)).toEqual(['event ResizeCompleted', 'status Running', 'status Running']);
    expect(shown(done)).toEqual(['2Gi', '2Gi']);
    expect(done.actions.find(({ type }) => type === 'event')).toMatchObject({
      message:
        'Pod resize completed: {"containers":[{"name":"c","resources":{"limits":{"memory":"2Gi"},"requests":{"memory":"2Gi"}}}],"generation":2}',
    });
    expect(shortly(run(done.state, was, update(newer({ generation: 3 }, limited('1Gi'))), LOOK))).toContain('begin resize');
  });

  it('says why it cannot be resized, once, and tries again', () => {
    const was = view(observation([made('2Gi')]));
    const begun = run(running(limited('2Gi')), was, LOOK, update(newer({}, limited('1Gi'))), LOOK);
    expect(resizeTask(begun).containers).toMatchObject([{ lowersMemory: true }]);
    const failed = taskEnded('resize', { type: 'resizeFailed', message: 'it uses more', given: new Map() });
    const told = run(begun.state, was, failed, LOOK);
    expect(shortly(told)).toEqual(['event ResizeError', 'status Running']);
    expect(shown(told)).toEqual(['2Gi', '1Gi', 'PodResizeInProgress Error']);
    const again = run(told.state, view(observation([made('2Gi')]), { now: START + 61_000 }), LOOK);
    expect(shortly(again)).toEqual(['begin resize', 'status Running']);
    expect(shortly(run(again.state, was, failed))).toEqual([]);
  });

  it('restarts a container whose policy asks for it, and is done when that runs', () => {
    const policy = { resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] };
    const was = view(observation([made('1Gi')]));
    const begun = run(running(limited('1Gi', policy)), was, LOOK, update(newer({}, limited('2Gi', policy))), LOOK);
    expect(begun.actions.flatMap((action) => (action.type === 'begin' ? [action.task] : []))).toMatchObject([
      { type: 'killContainer', id: 'c-0', message: 'Container c resize requires restart' },
    ]);
    const dead = view(observation([{ ...made('1Gi'), state: 'exited', exitCode: 137, finishedAt: START }]));
    const read = taskEnded('messages', { type: 'messagesRead', messages: new Map([['c-0', '']]) });
    const ended = run(begun.state, dead, taskEnded('container/c', { type: 'done' }), read, LOOK);
    expect(shortly(ended)).toEqual(['begin resize', 'status Running']);
    const starts = run(ended.state, dead, resizedTo(ended.state), LOOK);
    expect(shortly(starts)).toEqual(['begin container/c', 'status Running']);
    const anew = view(observation([{ ...made('2Gi'), id: 'c-1', attempt: 1 }]));
    const started = taskEnded('container/c', { type: 'started', container: 'c', previous: undefined });
    expect(shortly(run(starts.state, anew, started, LOOK))).toEqual(['event ResizeCompleted', 'status Running']);
  });

  it('tells of a change that the node has not agreed to', () => {
    const was = view(observation([made('1Gi')]));
    const pending = { reason: 'Deferred', message: 'no room', cause: 'OutOfcpu', generation: 2 } as const;
    const held = run(
      running(limited('1Gi')),
      was,
      LOOK,
      { type: 'update', pod: newer({}, limited('2Gi')), given: { pod: newer({}, limited('1Gi')), pending } },
      LOOK,
    );
    expect(shown(held)).toEqual(['1Gi', '1Gi', 'PodResizePending Deferred']);
    expect(shown(run(held.state, was, update(newer({}, limited('1Gi'))), LOOK))).toEqual(['1Gi', '1Gi']);
  });

  it('has what an earlier agent gave it: nothing is done again', () => {
    const status = {
      phase: 'Running',
      conditions: [{ type: 'PodResizeInProgress', status: 'True' }],
      containerStatuses: [
        {
          name: 'c',
          ready: true,
          restartCount: 0,
          image: 'img',
          imageID: '',
          containerID: 'containerd://c-0',
          state: { running: {} },
          resources: { limits: { memory: '2Gi' }, requests: { memory: '2Gi' } },
        },
      ],
    };
    const state = { ...initialState(aPod(limited('2Gi'), {}, status), START, false), volumesReady: true, hasStarted: true };
    const was = view(observation([made('1Gi')]));
    const begun = run(state, was, LOOK);
    expect(resizeTask(begun).containers).toEqual([]);
    expect(shortly(run(begun.state, was, resizedTo(begun.state), LOOK))).toEqual(['event ResizeCompleted', 'status Running']);
  });

  const asAWhole = (memory: string, more: Partial<Container> = {}) => ({
    containers: [aContainer('c', { resources: {}, ...more })],
    resources: { limits: { memory }, requests: { memory } },
  });
  const boundedBy = (memory: string) =>
    observed('c', { annotations: { ...observed('c').annotations, 'skiff.dev/container.requirements': JSON.stringify({ limits: { memory } }) } });

  it('gives new limits of the pod as a whole to containers without limits of their own, which show none', () => {
    const was = view(observation([boundedBy('1Gi')]));
    const begun = run(running(asAWhole('1Gi')), was, LOOK, update(newer({}, asAWhole('2Gi'))), LOOK);
    expect(resizeTask(begun)).toMatchObject({ held: { spec: asAWhole('1Gi') }, containers: [{ resources: { memory_limit_in_bytes: 2 ** 31 } }] });
    expect(begun.state.status).toMatchObject({ resources: asAWhole('1Gi').resources, allocatedResources: { memory: '2Gi' } });
    expect(shown(begun)).toEqual([undefined, undefined, 'PodResizeInProgress undefined']);
    const done = run(begun.state, was, resizedTo(begun.state, { 'c-0': { limits: { memory: '2Gi' } } }), LOOK);
    expect(shortly(done)).toEqual(['event ResizeCompleted', 'status Running']);
    expect(done.state.status).toMatchObject({ resources: asAWhole('2Gi').resources, containerStatuses: [{ resources: {} }] });
  });

  it('restarts a container without limits of its own for those of the pod, and leaves one that has some alone', () => {
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    const free = (memory: string) => asAWhole(memory, { resizePolicy });
    const begun = run(running(free('1Gi')), view(observation([boundedBy('1Gi')])), LOOK, update(newer({}, free('2Gi'))), LOOK);
    expect(shortly(begun)).toContain('begin container/c');
    const bound = (memory: string) => ({ ...limited('1Gi', { resizePolicy }), resources: { limits: { memory }, requests: { memory } } });
    const alone = run(running(bound('2Gi')), view(observation([made('1Gi')])), LOOK, update(newer({}, bound('3Gi'))), LOOK);
    expect(resizeTask(alone).containers).toEqual([]);
    expect(shortly(alone)).not.toContain('begin container/c');
  });

  it('does not start a container again that had ended before', () => {
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    const both = (memory: string) => ({
      ...asAWhole(memory),
      restartPolicy: 'OnFailure',
      containers: [aContainer('c', { resizePolicy }), aContainer('d')],
    });
    const was = view(observation([{ ...boundedBy('1Gi'), state: 'exited', finishedAt: START }, observed('d')]));
    const messages = new Map([['c-0', '']]);
    const begun = run(running(both('1Gi'), { messages }), was, LOOK, update(newer({}, both('2Gi'))), LOOK);
    expect(shortly(begun)).not.toContain('begin container/c');
    expect(shortly(run(begun.state, was, resizedTo(begun.state), LOOK))).toEqual(['event ResizeCompleted', 'status Running']);
  });

  it('resizes an init container while it runs', () => {
    const init = (memory: string) => ({ initContainers: [aContainer('c', { resources: { limits: { memory } } })], containers: [aContainer('d')] });
    const was = view(observation([boundedBy('1Gi')]));
    const begun = run(running(init('1Gi')), was, LOOK, update(newer({}, init('2Gi'))), LOOK);
    expect(resizeTask(begun).containers).toMatchObject([{ id: 'c-0', resources: { memory_limit_in_bytes: 2 ** 31 } }]);
  });

  it('tells of the change under way by its own generation, though the pod asks for something else by now', () => {
    const was = view(observation([made('1Gi')]));
    const begun = run(running(limited('1Gi')), was, LOOK, update(newer({ generation: 2 }, limited('2Gi'))), LOOK);
    const pending = { reason: 'Deferred', message: 'no room', cause: 'OutOfmemory', generation: 3 } as const;
    const latest = { resourceVersion: '3', generation: 3 };
    const given = { pod: newer(latest, limited('2Gi')), pending };
    const next = run(begun.state, was, { type: 'update', pod: newer(latest, limited('9Gi')), given }, LOOK);
    expect(next.state.status?.conditions?.filter(({ type }) => type.startsWith('PodResize'))).toMatchObject([
      { type: 'PodResizePending', observedGeneration: 3 },
      { type: 'PodResizeInProgress', observedGeneration: 2 },
    ]);
  });

  it('takes a change that comes during another from where the first one left the pod', () => {
    const was = view(observation([made('1Gi')]));
    const begun = run(running(limited('1Gi')), was, LOOK, update(newer({}, limited('2Gi'))), LOOK);
    const resources = limited('2Gi').containers[0]?.resources ?? {};
    const more = update(newer({ resourceVersion: '3' }, limited('3Gi')));
    const next = run(begun.state, was, more, resizedTo(begun.state, { 'c-0': resources }), LOOK);
    expect(resizeTask(next)).toMatchObject({ held: { spec: limited('2Gi') }, containers: [{ resources: { memory_limit_in_bytes: 3 * 2 ** 30 } }] });
  });
});

describe('a newer version of the pod', () => {
  it('keeps our own status, but for the conditions that others set', () => {
    const told = run(running(), view(ALIVE), LOOK).state;
    const theirs = [
      { type: 'Ready', status: 'False' },
      { type: 'example.com/gate', status: 'True' },
    ];
    const { state } = run(told, view(ALIVE), update({ ...newer(), status: { phase: 'Pending', conditions: theirs } }));
    expect(state.pod.status?.phase).toBe('Running');
    const statusOf = (type: string) => state.pod.status?.conditions?.find((condition) => condition.type === type)?.status;
    expect([statusOf('Ready'), statusOf('example.com/gate')]).toEqual(['True', 'True']);
  });
});

it('the status tells whether a mount is recursively read-only by the handler of the pod’s RuntimeClass', () => {
  const volumeMounts = [{ name: 'v', mountPath: '/v', readOnly: true, recursiveReadOnly: 'IfPossible' }];
  const state = running({ runtimeClassName: 'sandboxed', containers: [aContainer('c', { volumeMounts })] });
  const handlers = [
    { name: '', recursiveReadOnlyMounts: true, userNamespaces: false },
    { name: 'kata', recursiveReadOnlyMounts: false, userNamespaces: false },
  ];
  const shown = (handler: string) => {
    const seen = view(observation([observed('c')], [aSandbox({ handler })]), { node: { ...FACTS, features: { ...FACTS.features, handlers } } });
    const [status] = step(state, LOOK, seen).actions.flatMap((action) => (action.type === 'putStatus' ? [action.status] : []));
    return status?.containerStatuses?.[0]?.volumeMounts?.[0]?.recursiveReadOnly;
  };
  expect(shown('kata')).toBe('Disabled');
  expect(shown('')).toBe('Enabled');
});
