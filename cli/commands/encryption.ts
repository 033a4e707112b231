import { existsSync } from 'node:fs';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import type { RewriteProgress } from '../cluster/rewrite.ts';
import { rewriteResources } from '../cluster/rewrite.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { clusterOptions, layoutFor } from '../config/settings.ts';

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    'encryption rewrite',
    "Stores all objects of the resources anew, so that those which another key (or none) has encrypted are stored with the first one.\nA resource is written as in the encryption configuration: secrets, widgets.example.com, '*.apps', '*.*'. Default: secrets.\nRun it after each change of the first provider, once every server has been started with the new configuration; then old keys may go.",
    clusterOptions,
    args,
    '[RESOURCE...]',
  );
  if (!parsed) return 0;
  const [action, ...resources] = parsed.positionals;
  if (action !== 'rewrite') throw new UsageError("say what to do: 'skiff encryption rewrite [RESOURCE...]'");
  const { adminKubeconfig } = layoutFor(parsed.options);
  if (!existsSync(adminKubeconfig)) throw new Error(`there is no cluster in ${parsed.options['data-dir']}: start one with 'skiff up'`);
  const credentials = await kubeconfigCredentials(adminKubeconfig);
  const show = ({ resource, looked, rewritten, done }: RewriteProgress) =>
    console.log(`${resource}: ${looked} objects looked at, ${rewritten} rewritten${done ? '' : ' …'}`);
  await rewriteResources(credentials, resources.length > 0 ? resources : ['secrets'], show);
  return 0;
}
