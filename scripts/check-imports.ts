import { Visitor } from '@swc/core/Visitor.js';
import { cruise } from 'dependency-cruiser';
import { rooms } from './import-rules.ts';

/** Checks the imports of the whole tree against `import-rules.ts`; prints each violation and exits 1 if there is one. */
const TESTS = '\\.(test|fixture)\\.ts$';

interface Rule {
  readonly name: string;
  readonly severity: 'error';
  readonly scope?: 'folder';
  readonly from: Readonly<Record<string, unknown>>;
  readonly to: Readonly<Record<string, unknown>>;
}

const rule = (name: string, from: Rule['from'], to: Rule['to'], scope?: 'folder'): Rule => ({
  name,
  severity: 'error',
  from,
  to,
  ...(scope ? { scope } : {}),
});

const alternatives = (names: readonly string[]): string => `^(${names.join('|')})/`;

const names = rooms.map(({ name }) => name);
const forbidden: Rule[] = [rule('no-circle', {}, { circular: true })];
for (const { name, imports, floors } of rooms) {
  forbidden.push(
    rule(`${name}-imports-only-its-own`, { path: `^${name}/` }, { path: alternatives(names), pathNot: alternatives([name, ...imports]) }),
  );
  const below: string[] = [];
  for (const floor of floors ?? []) {
    const folders = typeof floor === 'string' ? [floor] : floor;
    for (const folder of folders) {
      const own = `${name}/${folder}`;
      forbidden.push(
        rule(`${own}-imports-downwards`, { path: `^${own}/`, pathNot: TESTS }, { path: `^${name}/`, pathNot: alternatives([own, ...below]) }),
      );
    }
    below.push(...folders.map((folder) => `${name}/${folder}`));
  }
}
// No file below a roof imports it, at any depth.
for (let depth = 1; depth <= 6; depth++) {
  const folder = Array.from({ length: depth }, () => '[^/]+').join('/');
  forbidden.push(
    rule(`no-roof-${depth}`, { path: `^(${folder})/(?!(index|compose)\\.ts$).+`, pathNot: TESTS }, { path: '^$1/(index|compose)\\.ts$' }),
  );
}

// swc's visitor does not know `using` declarations yet, and throws at them.
const visitStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function (statement) {
  const { type, decls } = statement as { type: string; decls?: Parameters<Visitor['visitVariableDeclarators']>[0] };
  if (type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  this.visitVariableDeclarators(decls ?? []);
  return statement;
};

const wanted = process.argv.slice(2);

async function check(rules: readonly Rule[], exclude?: string) {
  const { output } = await cruise(wanted.length > 0 ? wanted : names, {
    validate: true,
    ruleSet: { forbidden: [...rules] },
    parser: 'swc',
    tsPreCompilationDeps: true,
    metrics: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
    ...(exclude ? { exclude: { path: exclude } } : {}),
  });
  if (typeof output === 'string') throw new Error('the import check gave a report instead of its findings');
  return output.summary;
}

const { violations, totalCruised, totalDependenciesCruised } = await check(forbidden);
// A test may import from above its own folder, so tests do not count for circles of folders.
const circles = await check([rule('no-circle-of-folders', {}, { circular: true }, 'folder')], TESTS);
const all = [...violations, ...circles.violations];
for (const { rule: broken, from, to, cycle } of all) {
  console.error(`${broken.name}: ${from} -> ${(cycle ?? []).map((step) => (typeof step === 'string' ? step : step.name)).join(' -> ') || to}`);
}
console.log(`${totalCruised} files, ${totalDependenciesCruised} imports, ${all.length} violations`);
process.exit(all.length === 0 ? 0 : 1);
