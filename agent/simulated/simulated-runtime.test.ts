import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { ContainerLife } from '../contract/runtime.ts';
import { runtimeContract } from '../contract/runtime-suite.fixture.ts';
import { SIMULATED } from './behaviour.ts';
import { createSimulatedRuntime } from './simulated-runtime.ts';

let next = 1;
const podAddress = () => `10.128.0.${next++}`;

runtimeContract('simulated', async () => ({
  runtime: createSimulatedRuntime({ clock: systemClock, podAddress }),
  image: 'busybox',
  logDirectory: '/nowhere',
}));

describe('a simulated pod', () => {
  const clock = createFakeClock();
  const runtime = createSimulatedRuntime({ clock, podAddress });
  const run = async (annotations: Record<string, string>, life?: ContainerLife) => {
    const config = { metadata: { name: 'p', namespace: 'd', uid: String(next), attempt: 0 }, annotations };
    const sandbox = await runtime.runSandbox(config);
    return runtime.createContainer(sandbox, { metadata: { name: 'c', attempt: 0 }, image: { image: 'x' } }, config, life);
  };

  it('takes as long to start as its annotation says', async () => {
    const id = await run({ [SIMULATED.startDelay]: '500' });
    const started = runtime.startContainer(id);
    await clock.advance(499);
    expect((await runtime.container(id))?.state).toBe('created');
    await clock.advance(1);
    await started;
    expect((await runtime.container(id))?.state).toBe('running');
  });

  it('exits after the time and with the code that its annotations say', async () => {
    const id = await run({ [SIMULATED.runFor]: '1000', [SIMULATED.exitCode]: '3' });
    await runtime.startContainer(id);
    await clock.advance(1000);
    expect(await runtime.container(id)).toMatchObject({ state: 'exited', exitCode: 3, reason: 'Error' });
  });

  it.each<ContainerLife>(['init', 'task'])('has containers that end at once if they are expected to end: %s', async (life) => {
    const id = await run({}, life);
    await runtime.startContainer(id);
    expect(await runtime.container(id)).toMatchObject({ state: 'exited', exitCode: 0, reason: 'Completed' });
  });

  it.each<ContainerLife>(['service', 'sidecar'])('has containers that run on otherwise: %s', async (life) => {
    const id = await run({}, life);
    await runtime.startContainer(id);
    await clock.advance(3_600_000);
    expect((await runtime.container(id))?.state).toBe('running');
  });

  it('lets a task run for as long as its annotation says, in the words of Go', async () => {
    const id = await run({ [SIMULATED.runFor]: '1m30s' }, 'task');
    await runtime.startContainer(id);
    await clock.advance(89_999);
    expect((await runtime.container(id))?.state).toBe('running');
    await clock.advance(1);
    expect((await runtime.container(id))?.state).toBe('exited');
  });

  it('has annotations for single containers, which init containers and sidecars obey too', async () => {
    const general = await run({ [SIMULATED.runFor]: '10s', [SIMULATED.exitCode]: '4' }, 'init');
    await runtime.startContainer(general);
    expect(await runtime.container(general)).toMatchObject({ state: 'exited', exitCode: 0 });
    const own = await run({ [`c.${SIMULATED.exitCode}`]: '4', [`other.${SIMULATED.runFor}`]: '1h' }, 'init');
    await runtime.startContainer(own);
    expect(await runtime.container(own)).toMatchObject({ state: 'exited', exitCode: 4, reason: 'Error' });
  });

  it('has containers that cannot be started if its annotation says so', async () => {
    const id = await run({ [SIMULATED.startError]: 'exec: "app": not found' });
    await expect(runtime.startContainer(id)).rejects.toThrow('exec: "app": not found');
    expect(await runtime.container(id)).toMatchObject({ state: 'exited', exitCode: 128, reason: 'StartError' });
  });

  it.each([
    [SIMULATED.runFor, 'soon', 'annotation simulated.skiff.dev/run-for: time: invalid duration "soon": it must be a duration such as 30s'],
    [SIMULATED.exitCode, '1000', 'annotation simulated.skiff.dev/exit-code: "1000" must be between 0 and 255'],
  ])('is refused with the name of an annotation that cannot be read: %s', async (name, value, message) => {
    await expect(run({ [name]: value })).rejects.toThrow(message);
  });

  it('prints when it starts and ends', async () => {
    const id = await run({});
    await runtime.startContainer(id);
    await runtime.stopContainer(id, 0);
    expect(runtime.logLines?.(id).map(({ text }) => text)).toEqual([
      'simulated container c of pod  started: nothing runs for real',
      'simulated container c exits with code 0',
    ]);
  });
});
