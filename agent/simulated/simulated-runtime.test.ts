import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { runtimeContract } from '../contract/runtime-suite.fixture.ts';
import { SIMULATED } from './simulated-containers.ts';
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
  const run = async (annotations: Record<string, string>) => {
    const config = { metadata: { name: 'p', namespace: 'd', uid: String(next), attempt: 0 }, annotations };
    const sandbox = await runtime.runSandbox(config);
    return runtime.createContainer(sandbox, { metadata: { name: 'c', attempt: 0 }, image: { image: 'x' } }, config);
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
