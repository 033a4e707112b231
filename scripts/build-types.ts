import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Writes the type declarations of the public entry points, and of the modules that they import, into dist/types/. */
const folder = 'dist/types';
const entries = ['api/index', 'runtime/index', 'cli/testing'];
rmSync(folder, { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' });

const reached = new Set<string>();
const waiting = entries.map((entry) => resolve(folder, `${entry}.d.ts`));
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  if (reached.has(file) || !existsSync(file)) continue;
  reached.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()["'](\.[^"']*)\.ts["']/g)) {
    waiting.push(join(file, '..', `${path}.d.ts`));
  }
}
for (const file of globSync(`${folder}/**/*.d.ts`)) if (!reached.has(resolve(file))) rmSync(file);
