import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundles, entryText, LONG_LIVED, publicEntries } from './bundle.ts';
import { mergeChunks } from './merge-chunks.ts';

/** Bundles skiff into dist/, which is emptied first. */
rmSync('dist', { recursive: true, force: true });
const results = await Promise.all(bundles.map((each) => build({ ...each, metafile: true })));
for (const [name, source] of Object.entries(LONG_LIVED)) {
  const entry = `dist/${name}.mjs`;
  const metafile = results.map((result) => result.metafile).find(({ outputs }) => entry in outputs);
  const first = Object.keys(metafile?.outputs ?? {}).find((file) => metafile?.outputs[file]?.entryPoint === source);
  if (!metafile || !first) throw new Error(`no bundle holds ${source}`);
  await mergeChunks(metafile, entry, first);
}
for (const name of Object.keys(publicEntries)) writeFileSync(`dist/${name}.mjs`, entryText(name));
for (const program of ['dist/launch.mjs', 'dist/kubectl-skiff.mjs']) chmodSync(program, 0o755);
