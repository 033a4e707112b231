import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { defaultDataDir, layoutOf } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';

const options = {
  path: { schema: z.boolean().default(false), help: 'print where the file is, not what it holds' },
  'data-dir': { schema: z.string().default(defaultDataDir), help: "the cluster's data directory", value: 'DIR' },
};

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('kubeconfig', 'Prints a kubeconfig with the rights of the cluster administrator.', options, args);
  if (!parsed) return 0;
  const { adminKubeconfig } = layoutOf(parsed.options['data-dir']);
  if (!existsSync(adminKubeconfig)) throw new Error(`there is no cluster in ${parsed.options['data-dir']}: start one with 'skiff up'`);
  process.stdout.write(parsed.options.path ? `${adminKubeconfig}\n` : readFileSync(adminKubeconfig, 'utf8'));
  return 0;
}
