import { rmSync } from 'node:fs';
import { build } from 'esbuild';

/** Bundles skiff into dist/: few files to load is what makes start-up fast. */
rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    skiff: 'cli/main.ts',
    'sqlite-worker': 'store/sqlite-worker.ts',
    runtime: 'runtime/index.ts',
    api: 'api/index.ts',
    testing: 'cli/testing.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  // Loaded lazily, where a remote cluster needs a plugin.
  external: ['@kubernetes/client-node'],
  banner: { js: "import { createRequire as skiffRequire } from 'node:module'; const require = skiffRequire(import.meta.url);" },
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
});
