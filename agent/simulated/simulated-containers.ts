import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { Image, LogLine, RuntimeContainer } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import type { ContainerConfig } from '../contract/runtime-config.ts';
import { LABEL } from '../contract/runtime-labels.ts';
import type { Behaviour } from './behaviour.ts';

export interface SimulatedContainer {
  record: RuntimeContainer;
  readonly sandboxId: string;
  readonly behaviour: Behaviour;
  cancelExit: () => void;
  readonly lines: LogLine[];
}

/** The containers of one simulated runtime: created, then running, then exited when they are stopped or their behaviour says. */
export interface SimulatedContainers {
  all(): Iterable<SimulatedContainer>;
  get(id: string): SimulatedContainer | undefined;
  /** @throws RuntimeError NotFound */
  need(id: string): SimulatedContainer;
  create(id: string, sandboxId: string, config: ContainerConfig, behaviour: Behaviour): void;
  /** @throws RuntimeError with the message of a container that cannot be started */
  start(id: string): Promise<void>;
  /** Ends it if it runs. */
  exit(container: SimulatedContainer, exitCode: number): void;
  remove(id: string): void;
  /** Returns copies of all, for `createSimulatedContainers` of another runtime. */
  copies(): readonly SimulatedContainer[];
}

/** @param onExit called with the ID of each container that ends. */
export function createSimulatedContainers(clock: Clock, onExit: (id: string) => void, from: readonly SimulatedContainer[] = []): SimulatedContainers {
  const containers = new Map(from.map((container) => [container.record.id, container]));
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
    onExit(container.record.id);
  };
  /** Lets a container exit when its behaviour says, counted from its start. */
  const scheduleExit = (container: SimulatedContainer) => {
    const { runForMs, exitCode } = container.behaviour;
    if (runForMs === undefined || container.record.state !== 'running') return;
    const leftMs = container.record.startedAt + runForMs - clock.now();
    if (leftMs <= 0) exit(container, exitCode);
    else container.cancelExit = clock.after(leftMs, () => exit(container, exitCode));
  };
  for (const container of from) scheduleExit(container);
  return {
    all: () => containers.values(),
    copies: () => [...containers.values()].map((container) => ({ ...container, cancelExit: () => {}, lines: [...container.lines] })),
    get: (id) => containers.get(id),
    need,
    create(id, sandboxId, config, behaviour) {
      containers.set(id, { record: createdRecord(id, config, clock.now()), sandboxId, behaviour, cancelExit: () => {}, lines: [] });
    },
    async start(id) {
      const container = need(id);
      const { startDelayMs, startError } = container.behaviour;
      if (startDelayMs > 0) await sleep(clock, startDelayMs);
      if (startError !== undefined) {
        const now = clock.now();
        const end = { startedAt: 0, finishedAt: now, exitCode: START_ERROR_CODE, reason: 'StartError', message: startError };
        container.record = { ...container.record, state: 'exited', ...end };
        throw new RuntimeError('Unknown', startError);
      }
      container.record = { ...container.record, state: 'running', startedAt: clock.now() };
      const { name, labels } = container.record;
      print(container, `simulated container ${name} of pod ${labels[LABEL.podName] ?? ''} started: nothing runs for real`);
      scheduleExit(container);
    },
    exit,
    remove(id) {
      containers.get(id)?.cancelExit();
      containers.delete(id);
    },
  };
}

/** The exit code of a container that containerd could not start. */
const START_ERROR_CODE = 128;

const IMAGE_BYTES = 1_000_000;
/** The user of images, of which nothing is known: not root, so that pods which must not run as root start. */
const IMAGE_USER = 65_532;

/** Every image is present on a simulated node; its id follows from the reference. */
export function simulatedImage(reference: string): Image {
  const id = `sha256:${sha256Hex(reference)}`;
  return { id, tags: [reference], digests: [], sizeBytes: IMAGE_BYTES, uid: IMAGE_USER, username: '', pinned: false };
}

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
    imageRef: simulatedImage(reference).id,
    labels: config.labels ?? {},
    annotations: config.annotations ?? {},
    logPath: '',
  };
}
