import { describe, expect, it } from '@jest/globals';
import type { ContainerRuntime } from './runtime.ts';
import type { ContainerConfig, SandboxConfig } from './runtime-config.ts';
import { LABEL } from './runtime-labels.ts';

/** An implementation's contribution to the suite: a runtime, an image that it has, and a directory for logs. */
export interface RuntimeUnderTest {
  readonly runtime: ContainerRuntime;
  /** Present already; its shell understands `sleep` and `exit`. */
  readonly image: string;
  readonly logDirectory: string;
}

let pods = 0;

function sandboxOf({ logDirectory }: RuntimeUnderTest): SandboxConfig {
  const uid = `contract-${process.pid}-${pods++}`;
  return {
    metadata: { name: uid, namespace: 'default', uid, attempt: 0 },
    hostname: 'contract',
    log_directory: `${logDirectory}/${uid}`,
    labels: { [LABEL.podUid]: uid },
    annotations: { note: 'kept' },
    linux: { security_context: { namespace_options: { network: 0, pid: 1, ipc: 0 } } },
  };
}

const containerOf = (image: string, command: readonly string[], name = 'c', attempt = 0): ContainerConfig => ({
  metadata: { name, attempt },
  image: { image },
  command,
  labels: { [LABEL.containerName]: name },
  annotations: { restarts: String(attempt) },
  log_path: `${name}/${attempt}.log`,
});

const FOR_EVER = ['sh', '-c', 'sleep 1000'];

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it never came to that');
}

/** The promises of ContainerRuntime, for any implementation. `setup` is called once, before the first test. */
export function runtimeContract(name: string, setup: () => Promise<RuntimeUnderTest>): void {
  describe(`container runtime: ${name}`, () => {
    let given: Promise<RuntimeUnderTest> | undefined;
    const start = () => {
      given ??= setup();
      return given;
    };

    it('says what it is and that it is ready', async () => {
      const { runtime } = await start();
      expect((await runtime.version()).name).not.toBe('');
      const conditions = await runtime.conditions();
      expect(conditions.filter(({ status }) => status).map(({ type }) => type)).toEqual(expect.arrayContaining(['RuntimeReady', 'NetworkReady']));
    });

    it('runs a sandbox with an address, and keeps its labels and annotations', async () => {
      const under = await start();
      const { runtime } = under;
      const config = sandboxOf(under);
      const id = await runtime.runSandbox(config);
      const sandbox = await runtime.sandbox(id);
      expect(sandbox).toMatchObject({ id, ready: true, podUid: config.metadata?.uid, attempt: 0, annotations: { note: 'kept' }, hostNetwork: false });
      expect(sandbox?.ips[0]).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect((await runtime.listSandboxes()).find((found) => found.id === id)?.labels[LABEL.podUid]).toBe(config.metadata?.uid);
      await runtime.removeSandbox(id);
    });

    it('takes a container from created to running to exited', async () => {
      const under = await start();
      const { runtime, image } = under;
      const config = sandboxOf(under);
      const sandbox = await runtime.runSandbox(config);
      const id = await runtime.createContainer(sandbox, containerOf(image, FOR_EVER), config);
      expect(await runtime.container(id)).toMatchObject({ id, name: 'c', attempt: 0, state: 'created', startedAt: 0 });
      await runtime.startContainer(id);
      const running = await runtime.container(id);
      expect(running?.state).toBe('running');
      expect(running?.startedAt).toBeGreaterThan(0);
      await runtime.stopContainer(id, 0);
      const exited = await runtime.container(id);
      expect(exited?.state).toBe('exited');
      expect(exited?.finishedAt).toBeGreaterThanOrEqual(running?.startedAt ?? 0);
      await runtime.removeSandbox(sandbox);
    });

    it('tells of the exit of a container as it happens', async () => {
      const under = await start();
      const { runtime, image } = under;
      const exits: string[] = [];
      const stop = new AbortController();
      const watching = runtime.watchExits((id) => exits.push(id), stop.signal);
      // The subscription is there a moment after the call.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const config = sandboxOf(under);
      const sandbox = await runtime.runSandbox(config);
      const id = await runtime.createContainer(sandbox, containerOf(image, FOR_EVER), config);
      await runtime.startContainer(id);
      await runtime.stopContainer(id, 0);
      await until(async () => (exits.includes(id) ? true : undefined));
      stop.abort();
      await watching;
      await runtime.removeSandbox(sandbox);
    });

    it('keeps several attempts of one container apart', async () => {
      const under = await start();
      const { runtime, image } = under;
      const config = sandboxOf(under);
      const sandbox = await runtime.runSandbox(config);
      for (const attempt of [0, 1]) await runtime.createContainer(sandbox, containerOf(image, FOR_EVER, 'c', attempt), config);
      const mine = (await runtime.listContainers()).filter(({ sandboxId }) => sandboxId === sandbox);
      expect(mine.map(({ attempt, annotations }) => [attempt, annotations.restarts]).sort()).toEqual([
        [0, '0'],
        [1, '1'],
      ]);
      await runtime.removeSandbox(sandbox);
    });

    it('runs a command in a container and answers what it said and how it ended', async () => {
      const under = await start();
      const { runtime, image } = under;
      const config = sandboxOf(under);
      const sandbox = await runtime.runSandbox(config);
      const id = await runtime.createContainer(sandbox, containerOf(image, FOR_EVER), config);
      await runtime.startContainer(id);
      expect(await runtime.execSync(id, ['echo', 'hello'], 5)).toMatchObject({ exitCode: 0, stdout: 'hello\n' });
      expect((await runtime.execSync(id, ['false'], 5)).exitCode).toBe(1);
      await runtime.removeSandbox(sandbox);
    });

    it('stops everything in a sandbox with it, and removes what was in it', async () => {
      const under = await start();
      const { runtime, image } = under;
      const config = sandboxOf(under);
      const sandbox = await runtime.runSandbox(config);
      const id = await runtime.createContainer(sandbox, containerOf(image, FOR_EVER), config);
      await runtime.startContainer(id);
      await runtime.stopSandbox(sandbox);
      expect((await runtime.sandbox(sandbox))?.ready).toBe(false);
      expect((await runtime.container(id))?.state).toBe('exited');
      await runtime.removeSandbox(sandbox);
      expect(await runtime.sandbox(sandbox)).toBeUndefined();
      expect(await runtime.container(id)).toBeUndefined();
    });

    it('does not mind stopping and removing what is gone', async () => {
      const { runtime } = await start();
      await runtime.stopContainer('0'.repeat(64), 0);
      await runtime.removeContainer('0'.repeat(64));
      await runtime.stopSandbox('0'.repeat(64));
      await runtime.removeSandbox('0'.repeat(64));
    });

    it('refuses to start what is not there, with a reason', async () => {
      const { runtime } = await start();
      await expect(runtime.startContainer('0'.repeat(64))).rejects.toMatchObject({
        name: 'RuntimeError',
        message: expect.stringMatching(/^rpc error: code = /),
      });
    });

    it('knows the image that is there', async () => {
      const { runtime, image } = await start();
      const found = await runtime.image(image);
      expect(found?.id).toMatch(/^sha256:/);
      expect(found?.sizeBytes).toBeGreaterThan(0);
    });
  });
}
