import type { BuildOptions } from 'esbuild';
import { latePackageEntries, latePackages, nodeModules, ownPrograms, promClient, usersZod } from './bundle-plugins.ts';
import { fileForm } from './merge-chunks.ts';

const common: BuildOptions = {
  ...fileForm,
  outdir: 'dist',
  splitting: true,
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  // Loaded lazily, only where a remote cluster's kubeconfig needs a plugin.
  external: ['@kubernetes/client-node'],
  plugins: [nodeModules, latePackages, promClient, usersZod],
};

/** The commands that live long and are started often, each with the module that loads nearly all of its code. */
export const LONG_LIVED: Readonly<Record<string, string>> = { server: 'cli/commands/server-process.ts', agent: 'cli/commands/agent.ts' };

/** The public entry points by name. Users import `NAME.mjs`, which checks their Node before it loads `NAME.main.mjs`. */
export const publicEntries: Readonly<Record<string, string>> = { api: 'api/index.ts', runtime: 'runtime/index.ts', testing: 'cli/testing.ts' };

/** The text of the file that users import for an entry point. */
export const entryText = (name: string): string => `import './node-version.mjs';\nexport * from './${name}.main.mjs';\n`;

/**
 * The bundles that esbuild makes of skiff in dist/. Modules that entry points of one bundle share become files of their own, and each file
 * to load costs the start some milliseconds: so the programs whose start counts are bundles by themselves, and their files are merged.
 */
export const bundles: readonly BuildOptions[] = [
  {
    ...common,
    entryPoints: { skiff: 'cli/main.ts', ...Object.fromEntries(Object.entries(publicEntries).map(([name, source]) => [`${name}.main`, source])) },
    plugins: [ownPrograms(Object.keys(LONG_LIVED)), ...(common.plugins ?? [])],
  },
  // Their chunks have names of their own: those that bundles have in common are one file, which must not become a part of a program.
  ...Object.keys(LONG_LIVED).map((name) => ({ ...common, entryPoints: { [name]: `cli/commands/${name}.ts` }, chunkNames: `${name}-[name]-[hash]` })),
  // They run on any Node, to say which one is needed.
  {
    ...common,
    entryPoints: { launch: 'cli/launch.ts', 'node-version': 'cli/node-version.ts' },
    splitting: false,
    target: 'node16',
    plugins: [],
    banner: {},
  },
  { ...common, entryPoints: { 'kubectl-skiff': 'cli/kubectl-skiff/main.ts' } },
  { ...common, entryPoints: { 'sqlite-worker': 'store/sqlite/worker.ts' } },
  { ...common, entryPoints: { 'watchdog-worker': 'base/watchdog-worker.ts' } },
  { ...common, entryPoints: { 'x509-worker': 'base/x509/x509-worker.ts' } },
  { ...common, entryPoints: { 'yaml-worker': 'base/yaml/decode-worker.ts' } },
  { ...common, entryPoints: latePackageEntries, splitting: false, format: 'cjs', plugins: [], banner: {}, outExtension: { '.js': '.cjs' } },
];
