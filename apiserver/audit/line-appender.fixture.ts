import type { LineAppender } from './line-writer.ts';

/** Keeps lines in memory; while `full` is set it takes none, as a full disk. */
export function memoryAppender() {
  const lines: string[] = [];
  const state = { full: false, closed: false, attempts: 0 };
  const appender: LineAppender = {
    async append(more) {
      state.attempts++;
      if (state.full) return { taken: 0, error: new Error('ENOSPC: no space left on device') };
      lines.push(...more);
      return { taken: more.length };
    },
    async close() {
      state.closed = true;
    },
  };
  return { lines, state, appender };
}
