import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mounts a tmpfs; `sizeBytes` undefined is the kernel's default (half of the memory). */
export async function mountTmpfs(directory: string, sizeBytes?: number): Promise<void> {
  const size = sizeBytes === undefined ? [] : [`size=${sizeBytes}`];
  await run('mount', ['-t', 'tmpfs', '-o', ['nosuid', 'nodev', ...size].join(','), 'tmpfs', directory]);
}

export const bindMount = async (source: string, target: string): Promise<void> => {
  await run('mount', ['--bind', source, target]);
};

/** Mount points at and under a directory, the deepest first. */
export async function mountsUnder(directory: string): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const points = table
    .split('\n')
    .flatMap((line) => line.split(' ')[4]?.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) ?? []);
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`)).sort((a, b) => b.length - a.length);
}

/** Unmounts everything at and under a directory; lazily, so that a file still open does not keep a pod from ending. */
export async function unmountUnder(directory: string): Promise<void> {
  for (const point of await mountsUnder(directory)) await run('umount', ['--lazy', point]);
}
