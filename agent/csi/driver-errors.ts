import { RuntimeError } from '../contract/runtime.ts';

/** The codes after which a driver may still be at work, or have done the work. */
const UNCERTAIN: readonly string[] = ['Canceled', 'DeadlineExceeded', 'Unavailable', 'ResourceExhausted', 'Aborted'];
/** The codes after which another try is of no use. */
const INFEASIBLE: readonly string[] = ['InvalidArgument', 'OutOfRange', 'NotFound'];

/** Whether the driver has refused for sure: nothing was done, and nothing has to be taken back. */
export const isFinal = (error: unknown): boolean => error instanceof RuntimeError && !UNCERTAIN.includes(error.code);

export const isInfeasible = (error: unknown): boolean => error instanceof RuntimeError && INFEASIBLE.includes(error.code);

/** Whether the driver does not grow volumes that are in use. */
export const isInUse = (error: unknown): boolean => error instanceof RuntimeError && error.code === 'FailedPrecondition';

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
