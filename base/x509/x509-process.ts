import { createWorkProcess } from '../work/process.ts';
import type { x509Work } from './x509-work.ts';

/**
 * Does what needs the X.509 library in a process of its own: the library takes 75 ms to load, in which nothing else would happen, and 8 MB that would
 * stay (docs/decisions/0080). A request for a certificate is read, approved and signed within moments: so the process waits a while.
 */
export const x509Aside = createWorkProcess<typeof x509Work>({
  // In a bundle the worker is a file of its own beside it: see scripts/bundle.ts.
  module: () => new URL(import.meta.url.endsWith('.ts') ? './x509-worker.ts' : './x509-worker.mjs', import.meta.url),
  idleMs: 5_000,
});
