import { createWorkThread } from '../work-thread.ts';
import type { x509Work } from './x509-work.ts';

/**
 * Runs what needs the X.509 library in a thread of its own. The library takes 75 ms to load, in which nothing else would happen, and 8 MB, of
 * which the thread gives half back when it ends. A request for a certificate is read, approved and signed within moments: so the thread waits a while.
 */
export const x509Aside = createWorkThread<typeof x509Work>({
  // In a bundle the worker is a file of its own beside it: see scripts/bundle.ts.
  module: () => new URL(import.meta.url.endsWith('.ts') ? './x509-worker.ts' : './x509-worker.mjs', import.meta.url),
  idleMs: 5_000,
});
