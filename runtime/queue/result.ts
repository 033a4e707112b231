/** The outcome of working on a key. A throw backs off and retries; a TerminalError is logged and not retried. */
export type Result = { readonly done: true } | { readonly requeueAfterMs: number };
export const DONE: Result = { done: true };

/** Thrown when retrying cannot help. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}
