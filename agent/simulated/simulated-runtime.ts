import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { ContainerRuntime, Sandbox } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import type { SandboxConfig } from '../contract/runtime-config.ts';
import { NAMESPACE } from '../contract/runtime-config.ts';
import { behaviourOf } from './behaviour.ts';
import type { SimulatedContainer } from './simulated-containers.ts';
import { createSimulatedContainers, simulatedImage } from './simulated-containers.ts';

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  /** Addresses are handed out from here; a pod keeps its own while it lives. */
  readonly podAddress: () => string;
  /** The sandboxes and containers to begin with. Default: none. */
  readonly from?: SimulatedState;
}

/** The sandboxes and containers of a runtime at one moment. */
export interface SimulatedState {
  readonly sandboxes: readonly { readonly sandbox: Sandbox; readonly config: SandboxConfig }[];
  readonly containers: readonly SimulatedContainer[];
}

export interface SimulatedRuntime extends ContainerRuntime {
  /** Returns a copy of its state, for another runtime to begin with. */
  state(): SimulatedState;
}

/**
 * A runtime in memory: every image is there, containers start at once; tasks end at once too, others run until they are stopped, unless the
 * pod's annotations say otherwise (`SIMULATED`). Logs show when the container started and stopped. Exec answers with the command that it would have
 * run; `echo`, `true` and `false` behave; a forwarded port says that nothing listens. Long, as it has a method per operation of the contract.
 */
export function createSimulatedRuntime({ clock, podAddress, from }: SimulatedRuntimeOptions): SimulatedRuntime {
  const sandboxes = new Map<string, { sandbox: Sandbox; readonly config: SandboxConfig }>(
    from?.sandboxes.map((entry) => [entry.sandbox.id, { ...entry }]),
  );
  const exitListeners = new Set<(id: string) => void>();
  const tellExit = (id: string) => {
    for (const listener of exitListeners) listener(id);
  };
  const containers = createSimulatedContainers(clock, tellExit, from?.containers);
  const newId = () => randomUUID().replaceAll('-', '').padEnd(64, '0');
  const stopSandbox = (id: string) => {
    const entry = sandboxes.get(id);
    if (!entry?.sandbox.ready) return;
    for (const container of containers.all()) if (container.sandboxId === id) containers.exit(container, 137);
    entry.sandbox = { ...entry.sandbox, ready: false };
    tellExit(id);
  };

  return {
    simulated: true,
    state: () => ({ sandboxes: [...sandboxes.values()].map((entry) => ({ ...entry })), containers: containers.copies() }),
    version: async () => ({ name: 'simulated', version: '', apiVersion: 'v1' }),
    conditions: async () => ['RuntimeReady', 'NetworkReady'].map((type) => ({ type, status: true, reason: '', message: '' })),
    features: async () => ({ supplementalGroupsPolicy: true, recursiveReadOnlyMounts: true, userNamespaces: true }),
    listSandboxes: async () => [...sandboxes.values()].map(({ sandbox }) => sandbox),
    listContainers: async () => [...containers.all()].map(({ record, sandboxId }) => ({ ...record, sandboxId })),
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
      for (const { sandboxId, record } of [...containers.all()]) if (sandboxId === id) containers.remove(record.id);
    },
    async createContainer(sandboxId, config, sandboxConfig, life = 'service') {
      if (!sandboxes.get(sandboxId)?.sandbox.ready) throw new RuntimeError('NotFound', `failed to find sandbox id "${sandboxId}": not found`);
      const id = newId();
      containers.create(id, sandboxId, config, behaviourOf(sandboxConfig.annotations ?? {}, config.metadata?.name ?? '', life));
      return id;
    },
    startContainer: (id) => containers.start(id),
    async stopContainer(id) {
      const container = containers.get(id);
      if (container) containers.exit(container, 0);
    },
    async removeContainer(id) {
      containers.remove(id);
    },
    updateResources: async (id) => void containers.need(id),
    reopenLog: async (id) => void containers.need(id),
    async execSync(id, command) {
      if (containers.need(id).record.state !== 'running') throw new RuntimeError('Unknown', `container ${id} is not running`);
      return { ...pretend(command), stderr: '' };
    },
    async stream(request) {
      if (request.kind === 'portForward') return { refusal: NO_PORTS };
      if (request.kind === 'attach') {
        const lines = containers.need(request.containerId).lines.map(({ text }) => text);
        return { stdout: `${lines.join('\n')}\n`, exitCode: 0 };
      }
      return pretend(request.command);
    },
    logLines: (id) => containers.get(id)?.lines ?? [],
    images: async () => [],
    image: async (reference) => simulatedImage(reference),
    pullImage: async (reference) => simulatedImage(reference).id,
    removeImage: async () => {},
    imageMounts: async () => [],
    releaseImageMounts: async () => {},
    imageFilesystem: async () => undefined,
    containerStats: async () =>
      [...containers.all()]
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
      for (const container of containers.all()) container.cancelExit();
    },
  };
}

/** The answer to every connection through a forwarded port. */
const NO_PORTS = 'a simulated pod has no ports: nothing runs for real';
const NO_USE = { cpuNanoseconds: 0, workingSetBytes: 0, rssBytes: 0, usageBytes: 0, writableLayerBytes: 0, writableLayerInodes: 0 };

function pretend(command: readonly string[]): { stdout: string; exitCode: number } {
  const [program = '', ...rest] = command;
  if (program === 'echo') return { stdout: `${rest.join(' ')}\n`, exitCode: 0 };
  if (program === 'true') return { stdout: '', exitCode: 0 };
  if (program === 'false') return { stdout: '', exitCode: 1 };
  return { stdout: `simulated: would run ${JSON.stringify(command)}\n`, exitCode: 0 };
}
