import { parseGoDuration } from '../../base/go-duration.ts';
import type { ContainerLife } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';

const PREFIX = 'simulated.skiff.dev/';

/**
 * The annotations of a pod by which its simulated containers behave. Durations are Go's, such as `1m30s`, or numbers of milliseconds. With the name
 * of a container before it, as in `web.simulated.skiff.dev/run-for`, an annotation is about that container alone. Without, `run-for`, `exit-code`
 * and `start-error` are about the pod's containers, but not its init containers and sidecars.
 */
export const SIMULATED = {
  /** The time that a container takes to start. Default 0. */
  startDelay: `${PREFIX}start-delay`,
  /** The time for which a container runs before it exits. Default: for ever; init containers, and those of Jobs' pods, end at once. */
  runFor: `${PREFIX}run-for`,
  /** The code with which a container exits by itself. Default 0. */
  exitCode: `${PREFIX}exit-code`,
  /** A container that cannot be started, with this message. */
  startError: `${PREFIX}start-error`,
} as const;

export type Annotations = Readonly<Record<string, string>>;

/** The way in which a simulated container behaves. */
export interface Behaviour {
  readonly startDelayMs: number;
  /** The time for which it runs; undefined if it runs until it is stopped. */
  readonly runForMs: number | undefined;
  readonly exitCode: number;
  readonly startError: string | undefined;
}

interface Found {
  readonly name: string;
  readonly text: string;
}

/** Reads a container's behaviour from its pod's annotations. @throws RuntimeError InvalidArgument naming an annotation that cannot be read */
export function behaviourOf(annotations: Annotations, container: string, life: ContainerLife): Behaviour {
  const isMain = life === 'service' || life === 'task';
  const ends = life === 'init' || life === 'task';
  const find = (annotation: string, general: boolean): Found | undefined => {
    for (const name of general ? [`${container}.${annotation}`, annotation] : [`${container}.${annotation}`]) {
      const text = annotations[name];
      if (text !== undefined) return { name, text };
    }
    return undefined;
  };
  const runFor = find(SIMULATED.runFor, isMain);
  const exitCode = find(SIMULATED.exitCode, isMain);
  const startDelay = find(SIMULATED.startDelay, true);
  return {
    startDelayMs: startDelay ? milliseconds(startDelay) : 0,
    runForMs: runFor ? milliseconds(runFor) : ends ? 0 : undefined,
    exitCode: exitCode ? codeOf(exitCode) : 0,
    startError: find(SIMULATED.startError, isMain)?.text,
  };
}

const refused = (name: string, why: string) => new RuntimeError('InvalidArgument', `annotation ${name}: ${why}`);

function milliseconds({ name, text }: Found): number {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) : parseGoDuration(text);
  if (typeof ms === 'string') throw refused(name, `${ms}: it must be a duration such as 30s`);
  if (ms < 0) throw refused(name, `${JSON.stringify(text)} must not be negative`);
  return ms;
}

function codeOf({ name, text }: Found): number {
  const code = Number(text);
  if (text.trim() === '' || !Number.isInteger(code) || code < 0 || code > 255)
    throw refused(name, `${JSON.stringify(text)} must be between 0 and 255`);
  return code;
}
