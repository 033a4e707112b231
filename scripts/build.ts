import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundles, entryText, publicEntries } from './bundle.ts';

/** Bundles skiff into dist/, which is emptied first. */
rmSync('dist', { recursive: true, force: true });
await Promise.all(bundles.map((each) => build(each)));
for (const name of Object.keys(publicEntries)) writeFileSync(`dist/${name}.mjs`, entryText(name));
for (const program of ['dist/launch.mjs', 'dist/kubectl-skiff.mjs']) chmodSync(program, 0o755);
