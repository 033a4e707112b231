import type { BuildOptions } from 'esbuild';

/** The bundle that esbuild makes of skiff in dist/. One program of few files: fewer files to load make the start faster. */
export const bundle: BuildOptions = {
  entryPoints: {
    skiff: 'cli/main.ts',
    'sqlite-worker': 'store/sqlite/worker.ts',
    'watchdog-worker': 'base/watchdog-worker.ts',
    'yaml-worker': 'base/yaml/decode-worker.ts',
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
  // Loaded lazily, only where a remote cluster's kubeconfig needs a plugin.
  external: ['@kubernetes/client-node'],
  banner: { js: "import { createRequire as skiffRequire } from 'node:module'; const require = skiffRequire(import.meta.url);" },
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
};
