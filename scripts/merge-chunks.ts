import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { build } from 'esbuild';

type Outputs = Metafile['outputs'];

/** The files that load with a file: those that it imports, and so on; not those that it loads later. */
function loadedWith(file: string, outputs: Outputs, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file) || !(file in outputs)) return found;
  found.add(file);
  for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') loadedWith(path, outputs, found);
  return found;
}

/** The line that stands before each file of a bundle: packages in the form of CommonJS call `require`. The merged file needs it once. */
const requireBanner = "import { createRequire as skiffRequire } from 'node:module'; const require = skiffRequire(import.meta.url);";

/** The form of the files of all bundles, the merged ones too. */
export const fileForm = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  banner: { js: requireBanner },
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 160,
  sourcemap: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Merges the files that a bundle always loads when it starts. What modules share with code that is loaded later becomes a file of its own, and each
 * file to load costs the start some milliseconds: the server had eighty. The merged file takes the name of `first`, the file that imports the others;
 * their own files stay as lists of the names that later code imports. Files that load before `first` are left alone.
 * @param entry the bundle's entry point in its output folder; `first` may be the entry point itself
 */
export async function mergeChunks({ outputs }: Metafile, entry: string, first: string): Promise<void> {
  const before = entry === first ? new Set<string>() : loadedWith(entry, outputs);
  const merged = new Set([...loadedWith(first, outputs)].filter((file) => !before.has(file)));
  const exported = [...merged].flatMap((file) => (outputs[file]?.exports ?? []).map((name) => ({ file, name })));
  const nameOf = ({ file, name }: (typeof exported)[number]) => (file === first ? name : `${basename(file, '.mjs').replaceAll('-', '_')}_${name}`);
  const faces = exported.map((one) => `export { ${one.name} as ${nameOf(one)} } from './${basename(one.file)}';`);
  const folder = resolve(join(first, '..'));
  const paths = new Set([...merged].map((file) => resolve(file)));
  const within: Plugin = {
    name: 'merged-chunks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, kind }) => {
        const file = join(folder, path);
        return kind === 'import-statement' && paths.has(file) ? { path: file } : { path, external: true };
      });
      onLoad({ filter: /\.mjs$/ }, async ({ path }) => ({ contents: (await readFile(path, 'utf8')).replace(requireBanner, '') }));
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: faces.join('\n'), resolveDir: folder, sourcefile: 'merged.mjs' },
    outfile: first,
    ...fileForm,
    plugins: [within],
    write: false,
  });
  for (const { path, contents } of outputFiles) await writeFile(path, contents);
  for (const file of merged) {
    if (file === first) continue;
    const names = exported.filter((one) => one.file === file).map((one) => `${nameOf(one)} as ${one.name}`);
    await writeFile(file, `export { ${names.join(', ')} } from './${basename(first)}';\n`);
  }
}
