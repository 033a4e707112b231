import { readdirSync, readFileSync } from 'node:fs';

/** Returns the pid, on this machine, of a pod's process whose environment names the pod (`POD_NAME`). Throws if there is none. */
export function podProcess(podName: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`POD_NAME=${podName}`)) return Number(pid);
    } catch {
      // The process has ended meanwhile.
    }
  }
  throw new Error(`no process of pod ${podName} runs on this machine`);
}
