import type { RuntimeContainer, Sandbox } from './runtime.ts';
import { ANNOTATION } from './runtime-labels.ts';

/** The sandboxes and containers of one pod in the runtime. Both lists stand newest first. */
export interface PodObservation {
  readonly sandboxes: readonly Sandbox[];
  readonly containers: readonly RuntimeContainer[];
}

export const NOTHING_OBSERVED: PodObservation = { sandboxes: [], containers: [] };

export const newestFirst = <T extends { readonly createdAt: number; readonly attempt: number }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => b.attempt - a.attempt || b.createdAt - a.createdAt);

export const latestContainer = (observation: PodObservation, name: string): RuntimeContainer | undefined =>
  observation.containers.find((container) => container.name === name);

/** The attempt before the latest, which lastState shows. */
export const previousContainer = (observation: PodObservation, name: string): RuntimeContainer | undefined =>
  observation.containers.filter((container) => container.name === name)[1];

export const readySandbox = (observation: PodObservation): Sandbox | undefined => observation.sandboxes.find((sandbox) => sandbox.ready);

/** Kept with the container, so that it outlives the agent. */
export const restartCountOf = (container: RuntimeContainer): number => Number(container.annotations[ANNOTATION.restartCount] ?? container.attempt);

export const isRunning = (container: RuntimeContainer | undefined): boolean => container?.state === 'running';
