import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { refreshContext, userKubeconfigPath } from '../cluster/user-kubeconfig.ts';
import { parseOptions } from '../config/options.ts';
import { clusterOptions, layoutFor } from '../config/settings.ts';

const options = {
  path: { schema: z.boolean().default(false), help: "print the file's path instead of its content" },
  ...clusterOptions,
};

const SUMMARY = `Prints a kubeconfig with the rights of the cluster administrator.
If your kubeconfig has the context of this cluster with older credentials, it gets the present ones.`;

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('kubeconfig', SUMMARY, options, args);
  if (!parsed) return 0;
  const { adminKubeconfig, dataDir } = layoutFor(parsed.options);
  if (!existsSync(adminKubeconfig)) throw new Error(`there is no cluster in ${dataDir}: start one with 'skiff up'`);
  const refreshed = refreshContext(adminKubeconfig);
  if (refreshed !== undefined) console.error(`the context "${refreshed}" in ${userKubeconfigPath()} has the renewed credentials`);
  process.stdout.write(parsed.options.path ? `${adminKubeconfig}\n` : readFileSync(adminKubeconfig, 'utf8'));
  return 0;
}
