import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { CONTEXT, refreshContext, userKubeconfigPath } from '../cluster/user-kubeconfig.ts';
import { layoutOf } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { dataDirOption } from '../config/settings.ts';

const options = {
  path: { schema: z.boolean().default(false), help: "print the file's path instead of its content" },
  'data-dir': dataDirOption,
};

const SUMMARY = `Prints a kubeconfig with the rights of the cluster administrator.
If your kubeconfig has the context '${CONTEXT}' of this cluster with older credentials, it gets the present ones.`;

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('kubeconfig', SUMMARY, options, args);
  if (!parsed) return 0;
  const { adminKubeconfig } = layoutOf(parsed.options['data-dir']);
  if (!existsSync(adminKubeconfig)) throw new Error(`there is no cluster in ${parsed.options['data-dir']}: start one with 'skiff up'`);
  if (refreshContext(adminKubeconfig)) console.error(`the context "${CONTEXT}" in ${userKubeconfigPath()} has the renewed credentials`);
  process.stdout.write(parsed.options.path ? `${adminKubeconfig}\n` : readFileSync(adminKubeconfig, 'utf8'));
  return 0;
}
