import { existsSync } from 'node:fs';
import { violationsOf } from './import-check.ts';
import { importsBelow } from './import-graph.ts';
import { rooms } from './import-rules.ts';

/**
 * Checks the imports of the rooms in the working directory, or of the given paths, against `import-rules.ts`. Prints a line per violation,
 * then how to mend each kind of them; exits 1 if there is one.
 */
const given = process.argv.slice(2);
const { files, imports } = await importsBelow(given.length > 0 ? given : rooms.map(({ name }) => name).filter((name) => existsSync(name)));
const violations = violationsOf(imports, rooms);
for (const { rule, from, to } of violations) console.error(`${rule}: ${from} -> ${to}`);
const remedies = new Map(violations.map(({ rule, remedy }) => [rule, remedy]));
if (remedies.size > 0) console.error(`\n${[...remedies].map(([rule, remedy]) => `${rule}: ${remedy}.`).join('\n')}`);
console.log(`${files} files, ${imports.length} imports, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);
