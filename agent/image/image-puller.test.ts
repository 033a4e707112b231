import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import type { Image } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { createSimulatedRuntime } from '../simulated/simulated-runtime.ts';
import { createImagePuller } from './image-puller.ts';

const image = (id: string, more: Partial<Image> = {}): Image => ({
  id,
  tags: [id],
  digests: [],
  sizeBytes: 100,
  username: '',
  pinned: false,
  ...more,
});

function setup(present: readonly string[], registry: readonly string[] = []) {
  const clock = createFakeClock();
  const here = new Set(present);
  const events: string[] = [];
  const pulls: (string | undefined)[] = [];
  const runtime = {
    ...createSimulatedRuntime({ clock, podAddress: () => '' }),
    simulated: false,
    image: async (reference: string) => (here.has(reference) ? image(reference) : undefined),
    async pullImage(reference: string, auth?: { username?: string }) {
      pulls.push(auth?.username);
      if (!registry.includes(reference) || auth?.username === 'wrong') throw new RuntimeError('NotFound', 'no such image');
      here.add(reference);
      return reference;
    },
  };
  const recorder = { event: (_o: object, type: string, reason: string, message: string) => events.push(`${type} ${reason}: ${message}`) };
  const credentials = async () => (pulls.length < 0 ? [] : [{ username: 'wrong' }]);
  const puller = createImagePuller({ runtime, recorder, clock, credentials });
  const ensure = (reference: string, imagePullPolicy: string) => puller.ensure(aPod(), aContainer('c', { image: reference, imagePullPolicy }));
  return { clock, events, pulls, ensure };
}

describe('the image of a container', () => {
  it('is taken as it is where it is present and the policy allows', async () => {
    const { ensure, events, pulls } = setup(['web:1']);
    expect((await ensure('web:1', 'IfNotPresent')).id).toBe('web:1');
    expect(pulls).toEqual([]);
    expect(events).toEqual(['Normal Pulled: Container image "web:1" already present on machine and can be accessed by the pod']);
  });

  it('is pulled where it is missing, with the credentials there are, then without', async () => {
    const { ensure, events, pulls } = setup([], ['web:1']);
    await ensure('web:1', 'IfNotPresent');
    expect(pulls).toEqual(['wrong', undefined]);
    expect(events).toEqual([
      'Normal Pulling: Pulling image "web:1"',
      'Normal Pulled: Successfully pulled image "web:1" in 0ms (0ms including waiting). Image size: 100 bytes.',
    ]);
  });

  it('is pulled although it is present where the policy says so', async () => {
    const { ensure, pulls } = setup(['web:1'], ['web:1']);
    await ensure('web:1', 'Always');
    expect(pulls).not.toEqual([]);
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
    expect(pulls).toHaveLength(2);
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
    const recorder = { event: (_o: object, type: string, reason: string, message: string) => events.push(`${type} ${reason}: ${message}`) };
    const runtime = createSimulatedRuntime({ clock, podAddress: () => '' });
    const puller = createImagePuller({ runtime, recorder, clock, credentials: async () => [] });
    const reference = 'ko://knative.dev/serving/cmd/webhook';
    expect((await puller.ensure(aPod(), aContainer('c', { image: reference }))).tags).toEqual([reference]);
    expect(events).toEqual([
      expect.stringMatching(/^Warning Simulated: .*invalid reference format: a container that runs for real would not start$/),
    ]);
  });

  it.each(['web', 'web:1', 'library/web', 'reg.io:5000/a/b_c:v1.2', `web@sha256:${'a'.repeat(64)}`])('can be named %j', async (reference) => {
    await setup([reference]).ensure(reference, 'IfNotPresent');
  });
});
