import { exponentialDelay } from '../../../base/backoff.ts';

/** A worker's tasks by key: those under way, and the times before which others do not begin. A value: changes make a new one. */
export interface Tasks {
  readonly running: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly notBefore: ReadonlyMap<string, number>;
  /** Failures in a row of tasks that are retried with a growing delay. */
  readonly failures: ReadonlyMap<string, number>;
}

export const NO_TASKS: Tasks = { running: new Set(), notBefore: new Map(), failures: new Map() };

/** Whether a task may begin: none runs under its key, and its time has come. */
export const mayBegin = ({ running, notBefore }: Tasks, key: string, now: number): boolean => !running.has(key) && (notBefore.get(key) ?? 0) <= now;

export const begun = (tasks: Tasks, key: string): Tasks => ({ ...tasks, running: new Set(tasks.running).add(key) });

export function ended(tasks: Tasks, key: string): Tasks {
  const running = new Set(tasks.running);
  running.delete(key);
  return { ...tasks, running };
}

export const heldBack = (tasks: Tasks, key: string, time: number): Tasks => ({ ...tasks, notBefore: new Map(tasks.notBefore).set(key, time) });

/** Kubelet retries a failed sync after ten seconds; sandboxes and volumes are tried sooner at first. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;

/** Holds a task back after it failed, with a delay that doubles from one failure to the next. */
export function retriedLater(tasks: Tasks, key: string, now: number): Tasks {
  const count = tasks.failures.get(key) ?? 0;
  const failures = new Map(tasks.failures).set(key, count + 1);
  return heldBack({ ...tasks, failures }, key, now + exponentialDelay(count, FIRST_RETRY_MS, MAX_RETRY_MS));
}

/** Lets a task that failed begin at once: it is another one by now. */
export function renewed(tasks: Tasks, key: string): Tasks {
  const notBefore = new Map(tasks.notBefore);
  return notBefore.delete(key) ? succeeded({ ...tasks, notBefore }, key) : tasks;
}

/** Forgets the failures of a task that has succeeded. */
export function succeeded(tasks: Tasks, key: string): Tasks {
  if (!tasks.failures.has(key)) return tasks;
  const failures = new Map(tasks.failures);
  failures.delete(key);
  return { ...tasks, failures };
}

/** Lets the tasks begin at once whose keys start with `prefix`. */
export const withoutDelays = (tasks: Tasks, prefix: string): Tasks => ({
  ...tasks,
  notBefore: new Map([...tasks.notBefore].filter(([key]) => !key.startsWith(prefix))),
});

/** The earliest time after `now` at which a task may begin that may not now. Returns undefined if there is none. */
export function nextTime({ notBefore }: Tasks, now: number): number | undefined {
  let next: number | undefined;
  for (const time of notBefore.values()) if (time > now && (next === undefined || time < next)) next = time;
  return next;
}
