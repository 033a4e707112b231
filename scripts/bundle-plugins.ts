import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

/** Imports of Node's own modules as the formatter leaves them: one line, names in braces. Imports of types are another statement. */
const NODE_IMPORT = /^import \{ (.+) \} from '(node:[a-z0-9/_]+)';$/gm;

/**
 * Takes Node's own modules as they are. An `import` makes a face of such a module and reads every export of it, the lazy ones too:
 * `node:http` alone then loads undici, `node:tls` all root certificates, `node:crypto` WebCrypto (a quarter of the time to link, measured).
 * Our own sources are rewritten; what a package imports goes through `require`.
 */
export const nodeModules: Plugin = {
  name: 'node-modules',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(NODE_IMPORT, (_, names: string, module: string) => {
        const taken = names.split(', ').filter((name) => !name.startsWith('type '));
        return `const { ${taken.join(', ').replaceAll(' as ', ': ')} } = process.getBuiltinModule('${module}');`;
      });
      return { contents, loader: 'ts' };
    });
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === 'import-statement' ? { path, namespace: 'node' } : undefined));
    build.onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({ contents: `module.exports = process.getBuiltinModule('${path}');` }));
  },
};

/** Packages that are large, and that most processes never need: their code is a file of its own, read when the first name of it is used. */
const LATE_PACKAGES = ['js-yaml', 're2js', 'ws', 'yaml'];

/** The file of a late package, beside the program. */
const lateFile = (name: string) => `late-${name}.cjs`;

/** Lets modules import a late package as any other, names in braces, and loads it when such a name is used. */
export const latePackages: Plugin = {
  name: 'late-packages',
  setup(build) {
    const filter = new RegExp(`^(${LATE_PACKAGES.join('|')})$`);
    build.onResolve({ filter }, ({ path, importer, kind }) => {
      if (importer.includes('node_modules')) return undefined;
      // The names of a CommonJS module are not those of the promise that `import()` gives.
      if (kind === 'dynamic-import')
        return { errors: [{ text: `${path} is loaded with the first use of a name: import its names at the top of the file` }] };
      return { path, namespace: 'late' };
    });
    build.onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => /^\w+$/.test(name) && name !== 'default');
      const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
      return { contents: `const load = () => require('./${lateFile(path)}');\nmodule.exports = { ${getters.join(', ')} };` };
    });
    build.onResolve({ filter: /^\.\/late-.*\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The entry points of the late packages' own files. */
export const latePackageEntries: Readonly<Record<string, string>> = Object.fromEntries(
  LATE_PACKAGES.map((name) => [lateFile(name).replace(/\.cjs$/, ''), fileURLToPath(import.meta.resolve(name))]),
);

/** Leaves out what skiff never calls of prom-client (a push gateway, clusters of processes), and loads its default metrics when they are asked for. */
export const promClient: Plugin = {
  name: 'prom-client',
  setup(build) {
    build.onResolve({ filter: /^prom-client$/ }, ({ resolveDir }) => ({ path: 'prom-client', namespace: 'lean', pluginData: resolveDir }));
    build.onLoad({ filter: /.*/, namespace: 'lean' }, ({ pluginData }) => ({
      resolveDir: pluginData,
      contents: `
        export { default as Counter } from 'prom-client/lib/counter';
        export { default as Gauge } from 'prom-client/lib/gauge';
        export { default as Histogram } from 'prom-client/lib/histogram';
        export { default as Registry } from 'prom-client/lib/registry';
        export const collectDefaultMetrics = (options) => require('prom-client/lib/defaultMetrics')(options);`,
    }));
  },
};

/** Leaves the modules of commands that are programs of their own to their files: `./commands/NAME.ts` is `./NAME.mjs` in the bundle. */
export const ownPrograms = (names: readonly string[]): Plugin => ({
  name: 'own-programs',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^\\./commands/(${names.join('|')})\\.ts$`) }, ({ path }) => ({
      path: path.replace('./commands/', './').replace(/\.ts$/, '.mjs'),
      external: true,
    }));
  },
});

/** Leaves zod to the user's own copy where users hand in schemas of theirs; what skiff parses itself uses the bundled one. */
export const usersZod: Plugin = {
  name: 'users-zod',
  setup(build) {
    build.onResolve({ filter: /^zod$/ }, ({ importer, path }) =>
      /[\\/]runtime[\\/]resource[\\/]/.test(importer) ? { path, external: true } : undefined,
    );
  },
};
