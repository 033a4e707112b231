import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { ContainerRuntime, Image, LogLine, RuntimeContainer, Sandbox } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import type { ContainerConfig, SandboxConfig } from '../contract/runtime-config.ts';
import { NAMESPACE } from '../contract/runtime-config.ts';
import { LABEL } from '../contract/runtime-labels.ts';

/**
 * How a simulated pod behaves, by annotation; durations in milliseconds.
 * - `simulated.skiff.dev/start-delay`: how long each container takes to start (default 0)
 * - `simulated.skiff.dev/run-for`: how long each container runs before it exits (default: for ever)
 * - `simulated.skiff.dev/exit-code`: with which code it then exits (default 0)
 */
export const SIMULATED = {
  startDelay: 'simulated.skiff.dev/start-delay',
  runFor: 'simulated.skiff.dev/run-for',
  exitCode: 'simulated.skiff.dev/exit-code',
} as const;

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  /** Addresses are handed out from here; a pod keeps its own while it lives. */
  readonly podAddress: () => string;
}

interface SimulatedContainer {
  record: RuntimeContainer;
  readonly sandboxId: string;
  readonly annotations: Readonly<Record<string, string>>;
  cancelExit: () => void;
  readonly lines: LogLine[];
}

/**
 * A runtime in memory: every image is there, containers start at once and run until they are stopped or their annotation says.
 * Logs show when the container started and stopped. Exec answers what it would have run, `echo` and `true`/`false` behave;
 * port-forward is refused.
 */
export function createSimulatedRuntime({ clock, podAddress }: SimulatedRuntimeOptions): ContainerRuntime {
  const sandboxes = new Map<string, { sandbox: Sandbox; readonly config: SandboxConfig }>();
  const containers = new Map<string, SimulatedContainer>();
  const exitListeners = new Set<(id: string) => void>();
  const newId = () => randomUUID().replaceAll('-', '').padEnd(64, '0');

  const need = (id: string): SimulatedContainer => {
    const container = containers.get(id);
    if (!container) throw new RuntimeError('NotFound', `an error occurred when try to find container "${id}": not found`);
    return container;
  };
  const print = (container: SimulatedContainer, text: string) =>
    container.lines.push({ time: new Date(clock.now()).toISOString(), stream: 'stdout', text });
  const exit = (container: SimulatedContainer, exitCode: number) => {
    if (container.record.state !== 'running') return;
    container.cancelExit();
    print(container, `simulated container ${container.record.name} exits with code ${exitCode}`);
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    container.record = { ...container.record, state: 'exited', finishedAt: clock.now(), exitCode, reason };
    for (const listener of exitListeners) listener(container.record.id);
  };
  const stopSandbox = (id: string) => {
    const entry = sandboxes.get(id);
    if (!entry?.sandbox.ready) return;
    for (const container of containers.values()) if (container.sandboxId === id) exit(container, 137);
    entry.sandbox = { ...entry.sandbox, ready: false };
    for (const listener of exitListeners) listener(id);
  };

  return {
    simulated: true,
    version: async () => ({ name: 'simulated', version: '', apiVersion: 'v1' }),
    conditions: async () => ['RuntimeReady', 'NetworkReady'].map((type) => ({ type, status: true, reason: '', message: '' })),
    listSandboxes: async () => [...sandboxes.values()].map(({ sandbox }) => sandbox),
    listContainers: async () => [...containers.values()].map(({ record, sandboxId }) => ({ ...record, sandboxId })),
    sandbox: async (id) => sandboxes.get(id)?.sandbox,
    container: async (id) => containers.get(id)?.record,
    async runSandbox(config) {
      const { metadata, linux } = config;
      const hostNetwork = linux?.security_context?.namespace_options?.network === NAMESPACE.NODE;
      const sandbox: Sandbox = {
        id: newId(),
        podUid: metadata?.uid ?? '',
        podName: metadata?.name ?? '',
        podNamespace: metadata?.namespace ?? '',
        attempt: metadata?.attempt ?? 0,
        ready: true,
        createdAt: clock.now(),
        labels: config.labels ?? {},
        annotations: config.annotations ?? {},
        ips: hostNetwork ? [] : [podAddress()],
        hostNetwork,
      };
      sandboxes.set(sandbox.id, { sandbox, config });
      return sandbox.id;
    },
    async stopSandbox(id) {
      stopSandbox(id);
    },
    async removeSandbox(id) {
      stopSandbox(id);
      sandboxes.delete(id);
      for (const [containerId, container] of containers) if (container.sandboxId === id) containers.delete(containerId);
    },
    async createContainer(sandboxId, config, sandboxConfig) {
      if (!sandboxes.get(sandboxId)?.sandbox.ready) throw new RuntimeError('NotFound', `failed to find sandbox id "${sandboxId}": not found`);
      const record = createdRecord(newId(), config, clock.now());
      containers.set(record.id, { record, sandboxId, annotations: sandboxConfig.annotations ?? {}, cancelExit: () => {}, lines: [] });
      return record.id;
    },
    async startContainer(id) {
      const container = need(id);
      const delayMs = milliseconds(container.annotations[SIMULATED.startDelay]) ?? 0;
      if (delayMs > 0) await sleep(clock, delayMs);
      container.record = { ...container.record, state: 'running', startedAt: clock.now() };
      print(
        container,
        `simulated container ${container.record.name} of pod ${container.record.labels[LABEL.podName] ?? ''} started: nothing runs for real`,
      );
      const runMs = milliseconds(container.annotations[SIMULATED.runFor]);
      if (runMs !== undefined)
        container.cancelExit = clock.after(runMs, () => exit(container, Number(container.annotations[SIMULATED.exitCode] ?? 0)));
    },
    async stopContainer(id) {
      const container = containers.get(id);
      if (container) exit(container, 0);
    },
    async removeContainer(id) {
      const container = containers.get(id);
      container?.cancelExit();
      containers.delete(id);
    },
    updateResources: async (id) => void need(id),
    reopenLog: async (id) => void need(id),
    async execSync(id, command) {
      if (need(id).record.state !== 'running') throw new RuntimeError('Unknown', `container ${id} is not running`);
      return { ...pretend(command), stderr: '' };
    },
    async stream(request) {
      if (request.kind === 'portForward') throw new RuntimeError('Unknown', 'a simulated pod has no ports to forward to');
      if (request.kind === 'attach')
        return {
          stdout: `${need(request.containerId)
            .lines.map(({ text }) => text)
            .join('\n')}\n`,
          exitCode: 0,
        };
      return pretend(request.command);
    },
    logLines: (id) => containers.get(id)?.lines ?? [],
    images: async () => [],
    image: async (reference) => imageOf(reference),
    pullImage: async (reference) => imageOf(reference).id,
    removeImage: async () => {},
    imageFilesystem: async () => undefined,
    containerStats: async () =>
      [...containers.values()]
        .filter(({ record }) => record.state === 'running')
        .map(({ record }) => ({ ...NO_USE, id: record.id, name: record.name, labels: record.labels, time: clock.now() })),
    watchExits(onExit, signal) {
      exitListeners.add(onExit);
      return new Promise((resolve) => {
        const end = () => {
          exitListeners.delete(onExit);
          resolve();
        };
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      });
    },
    close() {
      for (const container of containers.values()) container.cancelExit();
    },
  };
}

const NO_USE = { cpuNanoseconds: 0, workingSetBytes: 0, rssBytes: 0, usageBytes: 0, writableLayerBytes: 0, writableLayerInodes: 0 };
const IMAGE_BYTES = 1_000_000;

function createdRecord(id: string, config: ContainerConfig, now: number): RuntimeContainer {
  const reference = config.image?.user_specified_image ?? config.image?.image ?? '';
  return {
    id,
    name: config.metadata?.name ?? '',
    attempt: config.metadata?.attempt ?? 0,
    state: 'created',
    createdAt: now,
    startedAt: 0,
    finishedAt: 0,
    exitCode: 0,
    reason: '',
    message: '',
    image: reference,
    imageRef: imageOf(reference).id,
    labels: config.labels ?? {},
    annotations: config.annotations ?? {},
    logPath: '',
  };
}

function imageOf(reference: string): Image {
  const id = `sha256:${createHash('sha256').update(reference).digest('hex')}`;
  return { id, tags: [reference], digests: [], sizeBytes: IMAGE_BYTES, username: '', pinned: false };
}

function pretend(command: readonly string[]): { stdout: string; exitCode: number } {
  const [program = '', ...rest] = command;
  if (program === 'echo') return { stdout: `${rest.join(' ')}\n`, exitCode: 0 };
  if (program === 'true') return { stdout: '', exitCode: 0 };
  if (program === 'false') return { stdout: '', exitCode: 1 };
  return { stdout: `simulated: would run ${JSON.stringify(command)}\n`, exitCode: 0 };
}

function milliseconds(text: string | undefined): number | undefined {
  const number = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
