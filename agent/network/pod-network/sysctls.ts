import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Kernel settings that the network needs: routing between pods and the rest, and sources of 127.0.0.0/8 on other devices than `lo`, so that node ports
 * answer on localhost (the proxy's table drops packets that come in for these addresses from outside, and masquerades ours that go out).
 */
export const WANTED_SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.route_localnet': '1',
};

/** The file that keeps the settings of before. */
export const sysctlFile = (runDir: string): string => join(runDir, 'sysctls.json');

export interface SysctlOptions {
  /** `sysctlFile(…)`: where the values that were there before are kept, for `restoreSysctls`. */
  readonly file: string;
  /** Default /proc/sys. */
  readonly root?: string;
  readonly wanted?: Readonly<Record<string, string>>;
}

/** Sets what differs, and writes down what was there. Throws where the kernel refuses (a read-only /proc/sys), naming the setting. */
export async function applySysctls({ file, root = '/proc/sys', wanted = WANTED_SYSCTLS }: SysctlOptions): Promise<void> {
  const before = await readSaved(file);
  for (const [name, value] of Object.entries(wanted)) {
    const path = sysctlPath(root, name);
    const current = (await readFile(path, 'utf8')).trim();
    if (current === value) continue;
    before[name] ??= current;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(before), { mode: 0o600 });
    await writeFile(path, value).catch((error: Error) => {
      throw new Error(`${name} cannot be set to ${value}, which the pod network needs: ${error.message}`);
    });
  }
}

/** Puts back what `applySysctls` found. */
export async function restoreSysctls({ file, root = '/proc/sys' }: SysctlOptions): Promise<void> {
  for (const [name, value] of Object.entries(await readSaved(file))) await writeFile(sysctlPath(root, name), value).catch(() => {});
  await rm(file, { force: true });
}

const sysctlPath = (root: string, name: string): string => join(root, ...name.split('.'));

async function readSaved(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const saved: unknown = JSON.parse(text);
  return Object.fromEntries(Object.entries(saved ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
