import { dirname } from 'node:path/posix';
import { circlesIn, graphOf } from './circles.ts';
import type { Import } from './import-graph.ts';
import type { Room } from './import-rules.ts';

/** An import that the table does not allow. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  /** The file that is imported, or the rest of a circle. */
  readonly to: string;
  readonly remedy: string;
}

const isTest = (path: string): boolean => /\.(test|fixture)\.ts$/.test(path);
const isRoof = (path: string): boolean => /(^|\/)(index|compose)\.ts$/.test(path);
const isIn = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

/** Holds imports to the table. */
export function violationsOf(imports: readonly Import[], rooms: readonly Room[]): readonly Violation[] {
  const ofFiles = imports.filter(({ builtin }) => !builtin);
  const untested = ofFiles.filter(({ from }) => !isTest(from));
  return [
    ...rooms.flatMap((room) => [...foreignRooms(room, ofFiles), ...builtins(room, imports), ...upwards(room, untested)]),
    ...roofs(untested),
    ...circlesOfFiles(ofFiles),
    ...circlesOfFolders(untested),
  ];
}

function foreignRooms({ name, imports: allowed }: Room, imports: readonly Import[]): Violation[] {
  const rule = `${name}-imports-only-its-own`;
  const names = allowed.length === 0 ? 'no other room' : `${allowed.join(', ')} only`;
  const remedy = `${name}/ may import ${names}: move the shared part down to one of them, or take it as a parameter`;
  return imports
    .filter(({ from, to }) => isIn(from, name) && ![name, ...allowed].some((room) => isIn(to, room)))
    .map(({ from, to }) => ({ rule, from, to, remedy }));
}

function builtins({ name, pure }: Room, imports: readonly Import[]): Violation[] {
  if (!pure) return [];
  const remedy = `${name}/ does no I/O of its own: take the function as a parameter`;
  return imports
    .filter(({ from, builtin }) => builtin && isIn(from, name) && !isTest(from))
    .map(({ from, to }) => ({ rule: `${name}-is-pure`, from, to: to.startsWith('node:') ? to : `node:${to}`, remedy }));
}

function upwards({ name, floors = [] }: Room, imports: readonly Import[]): Violation[] {
  const violations: Violation[] = [];
  const below: string[] = [];
  for (const floor of floors) {
    const folders = [floor].flat().map((folder) => `${name}/${folder}`);
    for (const folder of folders) {
      const allowed = below.length === 0 ? 'nothing else of its room' : `of its room ${below.join(', ')} only`;
      const remedy = `${folder}/ may import ${allowed}: move the shared part down, or let the upper part hand it in`;
      for (const { from, to } of imports) {
        if (!isIn(from, folder) || !isIn(to, name) || [folder, ...below].some((lower) => isIn(to, lower))) continue;
        violations.push({ rule: `${folder}-imports-downwards`, from, to, remedy });
      }
    }
    below.push(...folders);
  }
  return violations;
}

function roofs(imports: readonly Import[]): Violation[] {
  const remedy = 'import the file that holds it: an index.ts or compose.ts is for those outside its folder';
  return imports
    .filter(({ from, to }) => isRoof(to) && isIn(from, dirname(to)) && !(isRoof(from) && dirname(from) === dirname(to)))
    .map(({ from, to }) => ({ rule: 'no-roof-from-below', from, to, remedy }));
}

function circlesOfFiles(imports: readonly Import[]): Violation[] {
  const remedy = 'move the part that both need, often a type, to a file of its own';
  return circlesIn(graphOf(imports.map(({ from, to }) => [from, to]))).map((circle) => violationOf('no-circle', circle, remedy));
}

/** Folders are compared on every level: `a/b/c.ts` → `a/d/e.ts` points from `a/b` to `a/d`. Roofs see all of their folder, so they are left out. */
function circlesOfFolders(imports: readonly Import[]): Violation[] {
  const edges = new Map<string, Import>();
  for (const each of imports) {
    if (isRoof(each.from)) continue;
    for (const [from, to] of folderEdges(dirname(each.from), dirname(each.to))) edges.set(`${from}\n${to}`, each);
  }
  const pairs = [...edges.keys()].map((key) => key.split('\n') as [string, string]);
  return circlesIn(graphOf(pairs)).map((circle) => {
    const steps = circle.map((folder, i) => {
      const example = edges.get(`${folder}\n${circle[(i + 1) % circle.length]}`);
      return `${example?.from} imports ${example?.to}`;
    });
    return violationOf('no-circle-of-folders', circle, 'decide which folder is the lower one, and move the part that points up', steps);
  });
}

function* folderEdges(from: string, to: string): Generator<readonly [string, string]> {
  if (from === to) return;
  yield [from, to];
  const [fromParts, toParts] = [from.split('/'), to.split('/')];
  const shared = fromParts.findIndex((part, i) => part !== toParts[i]);
  if (shared < 0 || shared >= toParts.length) return;
  yield [fromParts.slice(0, shared + 1).join('/'), toParts.slice(0, shared + 1).join('/')];
}

const violationOf = (rule: string, circle: readonly string[], remedy: string, steps: readonly string[] = []): Violation => {
  const [first = '', ...rest] = circle;
  const because = steps.length === 0 ? '' : ` (${steps.join('; ')})`;
  return { rule, from: first, to: `${[...rest, first].join(' -> ')}${because}`, remedy };
};
