import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { sleep } from '../base/clock.ts';

/** An editor or a checkout writes several files within this time. */
const QUIET_MS = 100;

/**
 * Yields the TypeScript files that change below the folders, in batches, until the signal aborts. Tests and fixtures are left out: no program
 * contains them. Paths are relative to the working directory.
 */
export async function* fileChanges(folders: readonly string[], clock: Clock, signal: AbortSignal): AsyncGenerator<ReadonlySet<string>> {
  let changed = new Set<string>();
  let noted = Promise.withResolvers<void>();
  for (const folder of folders) {
    watch(folder, { recursive: true, signal }, (_event, file) => {
      if (file === null || !file.endsWith('.ts') || /\.(test|fixture)\.ts$/.test(file)) return;
      changed.add(join(folder, file));
      noted.resolve();
    });
  }
  signal.addEventListener('abort', () => noted.resolve(), { once: true });
  for (;;) {
    await noted.promise;
    await sleep(clock, QUIET_MS, signal);
    if (signal.aborted) return;
    const batch = changed;
    changed = new Set();
    noted = Promise.withResolvers();
    yield batch;
  }
}
