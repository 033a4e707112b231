import { readFile } from 'node:fs/promises';

/** The number of processes and threads that the machine can have (pkg/kubelet/stats/pidlimit). Resolves with undefined if the kernel does not tell. */
export async function taskLimit(proc = '/proc'): Promise<number | undefined> {
  const read = (name: string) => readFile(`${proc}/sys/kernel/${name}`, 'utf8').then(Number, () => Number.NaN);
  const limits = (await Promise.all([read('pid_max'), read('threads-max')])).filter((limit) => limit > 0);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}
