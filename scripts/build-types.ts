import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Writes the type declarations of the public entry points, and of the modules that they import: build-types.ts [FOLDER], dist/types by default. */
const [folder = 'dist/types'] = process.argv.slice(2);
const entries = ['api/index', 'runtime/index', 'cli/testing'];
rmSync(folder, { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json', '--outDir', folder], { stdio: 'inherit' });

const reached = new Set<string>();
const waiting = entries.map((entry) => resolve(folder, `${entry}.d.ts`));
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  if (reached.has(file) || !existsSync(file)) continue;
  reached.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()["'](\.[^"']*)\.ts["']/g)) {
    waiting.push(join(file, '..', `${path}.d.ts`));
  }
}
// The one package whose types users see, beside zod: its declarations come along, so that it need not be installed.
copyFileSync('node_modules/prom-client/index.d.ts', `${folder}/prom-client.d.ts`);
reached.add(resolve(folder, 'prom-client.d.ts'));
const toRoot = (file: string) => relative(dirname(file), folder) || '.';

for (const file of globSync(`${folder}/**/*.d.ts`)) {
  if (!reached.has(resolve(file))) rmSync(file);
  // Users' compilers need not allow imports of `.ts` files.
  else
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replaceAll(/((?:from |import\()["']\.[^"']*)\.ts(["'])/g, '$1.js$2')
        .replaceAll(/(["'])prom-client["']/g, `$1./${toRoot(file)}/prom-client.js$1`),
    );
}
