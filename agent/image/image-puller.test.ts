import { describe, expect, it } from '@jest/globals';
import { sleep } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import type { Image } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { createSimulatedRuntime } from '../simulated/simulated-runtime.ts';
import { createImagePuller } from './image-puller.ts';
import type { TrackedCredentials } from './pod-credentials.ts';
import type { PullRecords } from './pull-records.ts';
import { noPullRecords } from './pull-records.ts';

const image = (id: string, more: Partial<Image> = {}): Image => ({
  id,
  tags: [id],
  digests: [],
  sizeBytes: 100,
  username: '',
  pinned: false,
  ...more,
});

const user = (username: string): TrackedCredentials => ({
  credentials: { username },
  source: { secret: { uid: `uid-${username}`, namespace: 'default', name: username, credentialHash: username } },
});

interface Given {
  /** Names of users, in the order of the pod's Secrets. The registry refuses those that begin with `wrong`. */
  readonly users?: readonly string[];
  readonly missing?: readonly string[];
  readonly records?: Partial<PullRecords>;
  /** The time that a pull takes. */
  readonly pullMs?: number;
  readonly maxParallelPulls?: number;
}

function setup(present: readonly string[], registry: readonly string[] = [], given: Given = {}) {
  const { users = [], missing = [], records, pullMs = 0, maxParallelPulls } = given;
  const clock = createFakeClock();
  const recorded: unknown[] = [];
  const measured: string[] = [];
  const sizes: string[] = [];
  const here = new Set(present);
  const events: string[] = [];
  const pulls: (string | undefined)[] = [];
  const runtime = {
    ...createSimulatedRuntime({ clock, podAddress: () => '' }),
    simulated: false,
    image: async (reference: string) => (here.has(reference) ? image(reference) : undefined),
    async pullImage(reference: string, auth?: { username?: string }) {
      pulls.push(auth?.username);
      if (pullMs > 0) await sleep(clock, pullMs);
      if (auth?.username?.startsWith('wrong')) throw new RuntimeError('Unknown', `${auth.username} is refused`);
      if (!registry.includes(reference)) throw new RuntimeError('NotFound', 'no such image');
      here.add(reference);
      return reference;
    },
  };
  const paths: (string | undefined)[] = [];
  const recorder = {
    event(_object: object, type: string, reason: string, message: string, fieldPath?: string) {
      events.push(`${type} ${reason}: ${message}`);
      paths.push(fieldPath);
    },
  };
  const puller = createImagePuller({
    runtime,
    recorder,
    clock,
    maxParallelPulls,
    credentials: async () => ({ found: users.map(user), missing }),
    records: {
      ...noPullRecords,
      intend: async (reference) => void recorded.push(`intend ${reference}`),
      failed: async (reference) => void recorded.push(`failed ${reference}`),
      pulled: async (reference, id, { secrets, forAllPods }) =>
        void recorded.push(`pulled ${reference} ${id} ${forAllPods ? 'for all' : secrets.map(({ uid }) => uid)}`),
      ...records,
    },
    metrics: {
      ensured: (...labels) => measured.push(labels.map(String).join(' ')),
      checked() {},
      pulled: (bytes, seconds) => sizes.push(`${bytes} bytes in ${seconds} s`),
    },
  });
  const ensure = (reference: string, pullPolicy: string) =>
    puller.ensure(aPod(), { reference, pullPolicy, container: aContainer('c', { image: reference }) });
  return { puller, clock, events, paths, pulls, recorded, measured, sizes, ensure };
}

describe('the image of a container', () => {
  it('is taken as it is where it is present and the policy allows', async () => {
    const { ensure, events, pulls } = setup(['web:1']);
    expect((await ensure('web:1', 'IfNotPresent')).id).toBe('web:1');
    expect(pulls).toEqual([]);
    expect(events).toEqual(['Normal Pulled: Container image "web:1" already present on machine and can be accessed by the pod']);
  });

  it('is taken for a volume as for a container, but the events are on the pod', async () => {
    const { puller, paths } = setup(['model:1']);
    expect((await puller.ensure(aPod(), { reference: 'model:1', pullPolicy: undefined })).id).toBe('model:1');
    await puller.ensure(aPod(), { reference: 'model:1', pullPolicy: undefined, container: aContainer('c') });
    expect(paths).toEqual([undefined, 'spec.containers{c}']);
  });

  it('is pulled where it is missing, and recorded as one for all pods', async () => {
    const { ensure, events, pulls, recorded, measured } = setup([], ['web:1']);
    await ensure('web:1', 'IfNotPresent');
    expect(pulls).toEqual([undefined]);
    expect(recorded).toEqual(['intend web:1', 'pulled web:1 web:1 for all']);
    expect(measured).toEqual(['IfNotPresent false true']);
    expect(events).toEqual([
      'Normal Pulling: Pulling image "web:1"',
      'Normal Pulled: Successfully pulled image "web:1" in 0ms (0ms including waiting). Image size: 100 bytes.',
    ]);
  });

  it.each([
    [undefined, ['a in 1s (1s including waiting)', 'b in 1s (1s including waiting)', 'c in 1s (1s including waiting)']],
    [2, ['a in 1s (1s including waiting)', 'b in 1s (1s including waiting)', 'c in 1s (2s including waiting)']],
    [1, ['a in 1s (1s including waiting)', 'b in 1s (2s including waiting)', 'c in 1s (3s including waiting)']],
  ])('is pulled beside others, as many as may be: %s', async (maxParallelPulls, expected) => {
    const images = ['a', 'b', 'c'];
    const { ensure, clock, events, pulls } = setup([], images, { pullMs: 1_000, maxParallelPulls });
    const all = Promise.all(images.map((reference) => ensure(reference, 'IfNotPresent')));
    await clock.advance(999);
    expect(pulls).toHaveLength(maxParallelPulls ?? 3);
    for (const ms of [1, 1_000, 1_000]) await clock.advance(ms);
    await all;
    const pulled = events.map((event) => /^Normal Pulled: Successfully pulled image "(.)"( in .*)\. Image size/.exec(event) ?? []);
    expect(pulled.flatMap(([, reference, took]) => (reference ? [reference + took] : []))).toEqual(expected);
  });

  it('is pulled once another pull has failed, if only one may be under way', async () => {
    const { ensure, clock, events } = setup([], ['there'], { pullMs: 1_000, maxParallelPulls: 1 });
    const all = Promise.allSettled(['gone', 'there'].map((reference) => ensure(reference, 'IfNotPresent')));
    for (const ms of [1_000, 1_000]) await clock.advance(ms);
    await all;
    expect(events).toContain('Normal Pulled: Successfully pulled image "there" in 1s (2s including waiting). Image size: 100 bytes.');
  });

  it('is measured as it is pulled; a pod that has not run gets the time, from the first try on', async () => {
    const registry: string[] = [];
    const { puller, clock, sizes, ensure } = setup([], registry);
    await ensure('img', 'IfNotPresent').catch(() => {});
    expect(sizes).toEqual([]);
    await clock.advance(10_000);
    registry.push('img');
    await ensure('img', 'IfNotPresent');
    expect(sizes).toEqual(['100 bytes in 0 s']);
    const running = aPod({}, { uid: 'u2' }, { phase: 'Running' });
    await puller.ensure(running, { reference: 'img', pullPolicy: 'Always' });
    expect(['u1', 'u1', 'u2'].map((uid) => puller.takePullMs(uid))).toEqual([10_000, 0, 0]);
  });

  it('is pulled with the credentials there are, and recorded with those that succeed', async () => {
    const { ensure, pulls, recorded } = setup([], ['web:1'], { users: ['wrong', 'right', 'later'] });
    await ensure('web:1', 'IfNotPresent');
    expect(pulls).toEqual(['wrong', 'right']);
    expect(recorded).toEqual(['intend web:1', 'pulled web:1 web:1 uid-right']);
  });

  it('is not pulled without credentials if the pod has some', async () => {
    const { ensure, pulls, recorded } = setup([], ['web:1'], { users: ['wrong', 'wrong-too', 'wrong'] });
    await expect(ensure('web:1', 'IfNotPresent')).rejects.toMatchObject({
      reason: 'ErrImagePull',
      message: '[wrong is refused, wrong-too is refused]',
    });
    expect(pulls).toEqual(['wrong', 'wrong-too', 'wrong']);
    expect(recorded).toEqual(['intend web:1', 'failed web:1']);
  });

  it('is pulled although it is present where the policy says so', async () => {
    const { ensure, pulls, measured } = setup(['web:1'], ['web:1']);
    await ensure('web:1', 'Always');
    expect(pulls).toEqual([undefined]);
    expect(measured).toEqual(['Always undefined true']);
  });

  it('is pulled although it is present if the pod is not known to have access', async () => {
    const asked: unknown[] = [];
    const mustPull: PullRecords['mustPull'] = async (reference, id, holdings) => {
      asked.push([reference, id, (await holdings()).secrets.map(({ uid }) => uid)]);
      return true;
    };
    const { ensure, pulls, measured, events } = setup(['web:1'], ['web:1'], { users: ['me'], missing: ['a', 'b'], records: { mustPull } });
    await ensure('web:1', 'IfNotPresent');
    expect(asked).toEqual([['web:1', 'web:1', ['uid-me']]]);
    expect(pulls).toEqual(['me']);
    expect(measured).toEqual(['IfNotPresent true true']);
    expect(events.filter((text) => text.includes('FailedToRetrieve'))).toEqual([
      'Warning FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (a, b); attempting to pull the image may not succeed.',
    ]);
  });

  it('counts as missing if the pod is not known to have access and it is never to be pulled', async () => {
    const { ensure, pulls, measured, events } = setup(['web:1'], ['web:1'], { records: { mustPull: async () => true } });
    await expect(ensure('web:1', 'Never')).rejects.toMatchObject({ reason: 'ErrImageNeverPull' });
    expect(pulls).toEqual([]);
    expect(measured).toEqual(['Never true true']);
    expect(events).toEqual(['Warning ErrImageNeverPull: Container image "web:1" is not present with pull policy of Never']);
  });

  it('is not pulled if the pull cannot be noted first', async () => {
    const intend = () => Promise.reject(new Error('read-only file system'));
    const { ensure, pulls } = setup([], ['web:1'], { records: { intend } });
    await expect(ensure('web:1', 'IfNotPresent')).rejects.toMatchObject({
      message: 'Failed to record image pull intent for container image "web:1": read-only file system',
    });
    expect(pulls).toEqual([]);
  });

  it('is never pulled where the policy says so', async () => {
    const { ensure, events } = setup([], ['web:1']);
    await expect(ensure('web:1', 'Never')).rejects.toMatchObject({
      reason: 'ErrImageNeverPull',
      message: 'Container image "web:1" is not present with pull policy of Never',
    });
    expect(events).toEqual(['Warning ErrImageNeverPull: Container image "web:1" is not present with pull policy of Never']);
  });

  it('that cannot be pulled is tried again after ten seconds, then ever later', async () => {
    const { ensure, clock, events, pulls } = setup([]);
    const failing = { reason: 'ErrImagePull', message: 'rpc error: code = NotFound desc = no such image' };
    const waiting = {
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "web:1": ErrImagePull: rpc error: code = NotFound desc = no such image',
    };
    await expect(ensure('web:1', 'IfNotPresent')).rejects.toMatchObject(failing);
    await expect(ensure('web:1', 'IfNotPresent')).rejects.toMatchObject({ ...waiting, retryAt: clock.now() + 10_000 });
    expect(pulls).toHaveLength(1);
    await clock.advance(10_000);
    await expect(ensure('web:1', 'IfNotPresent')).rejects.toMatchObject(failing);
    await expect(ensure('web:1', 'IfNotPresent')).rejects.toMatchObject({ retryAt: clock.now() + 20_000 });
    expect(events).toContain('Warning Failed: Failed to pull image "web:1": rpc error: code = NotFound desc = no such image');
    expect(events).toContain('Normal BackOff: Back-off pulling image "web:1"');
  });

  it.each(['UPPER', 'a b', 'x:', 'host/', 'a@sha256:zz'])('named %j is no image at all', async (reference) => {
    await expect(setup([]).ensure(reference, 'IfNotPresent')).rejects.toMatchObject({ reason: 'InvalidImageName' });
  });

  it('is there on a simulated node whatever its name, and an event says if a real node would refuse it', async () => {
    const clock = createFakeClock();
    const events: string[] = [];
    const paths: (string | undefined)[] = [];
    const recorder = {
      event(_object: object, type: string, reason: string, message: string, fieldPath?: string) {
        events.push(`${type} ${reason}: ${message}`);
        paths.push(fieldPath);
      },
    };
    const runtime = createSimulatedRuntime({ clock, podAddress: () => '' });
    const puller = createImagePuller({ runtime, recorder, clock, credentials: async () => ({ found: [], missing: [] }), records: noPullRecords });
    const reference = 'ko://knative.dev/serving/cmd/webhook';
    expect((await puller.ensure(aPod(), { reference, pullPolicy: undefined, container: aContainer('c') })).tags).toEqual([reference]);
    expect(events).toEqual([
      expect.stringMatching(/^Warning Simulated: .*invalid reference format: a container that runs for real would not start$/),
    ]);
  });

  it.each(['web', 'web:1', 'library/web', 'reg.io:5000/a/b_c:v1.2', `web@sha256:${'a'.repeat(64)}`])('can be named %j', async (reference) => {
    await setup([reference]).ensure(reference, 'IfNotPresent');
  });
});
