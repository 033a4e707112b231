import { existsSync } from 'node:fs';
import { containerdPaths, importImages } from '../../agent/containerd/index.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { clusterOptions, layoutFor } from '../config/settings.ts';

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    'image load',
    'Imports image archives (docker save, OCI layout as tar, gzipped or not) into the node of this machine.',
    clusterOptions,
    args,
    'FILE...',
  );
  if (!parsed) return 0;
  const [action, ...files] = parsed.positionals;
  if (action !== 'load' || files.length === 0) throw new UsageError("say which archives to load: 'skiff image load FILE...'");
  const layout = layoutFor(parsed.options);
  const { socket } = containerdPaths({ dataDir: layout.agent, runDir: layout.run });
  if (!existsSync(socket)) throw new Error("no node with containers runs on this machine: start one with 'skiff up' as root");
  for (const file of files) {
    if (!existsSync(file)) throw new Error(`${file}: no such file`);
    for (const image of await importImages(file, { socket })) console.log(`${image.name} (${image.digest})`);
  }
  return 0;
}
