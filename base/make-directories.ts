import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and what is missing above it, each level once. For paths that may lie on file systems of the kernel: there `mkdir` may
 * answer ENOENT although the parent exists (/proc, a /sys/fs/cgroup on which nothing is mounted), on which Node's own `recursive` never ends.
 *
 * Resolves with whether anything was missing.
 * @throws the error of the level that cannot be made
 */
export async function makeDirectories(path: string, mode?: number): Promise<boolean> {
  const missing: string[] = [];
  for (let level = path; !(await isDirectory(level)); level = dirname(level)) {
    missing.unshift(level);
    if (dirname(level) === level) break;
  }
  for (const level of missing) {
    await mkdir(level, mode).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else made it meanwhile.
      if (error.code !== 'EEXIST' || !(await isDirectory(level))) throw error;
    });
  }
  return missing.length > 0;
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
