import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundles } from './bundle.ts';

/** Bundles skiff into dist/, which is emptied first. */
rmSync('dist', { recursive: true, force: true });
await Promise.all(bundles.map((each) => build(each)));
