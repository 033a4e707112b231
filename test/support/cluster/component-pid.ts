import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { layoutOf } from '../../../cli/config/data-dir.ts';

/** Returns the recorded pid of a process of the cluster in `dataDir`. Throws if the process never ran. */
export async function componentPid(dataDir: string, component: 'server' | 'agent' | 'etcd'): Promise<number> {
  const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(await readFile(join(layoutOf(dataDir).run, `${component}.pid`), 'utf8')));
  return pid;
}
