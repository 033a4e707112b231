import type { BuildOptions } from 'esbuild';
import { latePackageEntries, latePackages, nodeModules, ownPrograms, promClient } from './bundle-plugins.ts';

const common: BuildOptions = {
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
  plugins: [nodeModules, latePackages, promClient],
  banner: { js: "import { createRequire as skiffRequire } from 'node:module'; const require = skiffRequire(import.meta.url);" },
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 160,
  sourcemap: 'linked',
  logLevel: 'warning',
};

/** The commands that live long and are started often. */
const LONG_LIVED = ['server', 'agent'];

/**
 * The bundles that esbuild makes of skiff in dist/. Modules that entry points of one bundle share become files of their own, and each file
 * to load costs the start a millisecond: so the programs whose start counts are bundles by themselves.
 */
export const bundles: readonly BuildOptions[] = [
  {
    ...common,
    entryPoints: { skiff: 'cli/main.ts', runtime: 'runtime/index.ts', api: 'api/index.ts', testing: 'cli/testing.ts' },
    plugins: [ownPrograms(LONG_LIVED), ...(common.plugins ?? [])],
  },
  ...LONG_LIVED.map((name) => ({ ...common, entryPoints: { [name]: `cli/commands/${name}.ts` } })),
  { ...common, entryPoints: { 'kubectl-skiff': 'cli/kubectl-skiff/main.ts' } },
  { ...common, entryPoints: { 'sqlite-worker': 'store/sqlite/worker.ts' } },
  { ...common, entryPoints: { 'watchdog-worker': 'base/watchdog-worker.ts' } },
  { ...common, entryPoints: { 'yaml-worker': 'base/yaml/decode-worker.ts' } },
  { ...common, entryPoints: latePackageEntries, splitting: false, format: 'cjs', plugins: [], banner: {}, outExtension: { '.js': '.cjs' } },
];
