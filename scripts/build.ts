import { build } from 'esbuild';

/** Bundles skiff into dist/: one file to load is what makes start-up fast. */
await build({
  entryPoints: { skiff: 'cli/main.ts', runtime: 'runtime/index.ts', testing: 'test/cluster.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  outExtension: { '.js': '.mjs' },
  // Loaded lazily, where a remote cluster is used.
  external: ['@kubernetes/client-node'],
  banner: { js: "import { createRequire as skiffRequire } from 'node:module'; const require = skiffRequire(import.meta.url);" },
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
});
