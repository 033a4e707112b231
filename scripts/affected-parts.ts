import type { Metafile } from 'esbuild';

/** Each part of a cluster that is a process of its own, with the modules that it starts from. */
const ENTRIES = {
  server: ['cli/commands/server.ts', 'store/sqlite/worker.ts', 'base/yaml/decode-worker.ts'],
  agent: ['cli/commands/agent.ts'],
  controllers: ['cli/commands/controllers.ts'],
} as const;
/** Starts every part: it imports each command when that command is asked for, so only its static imports belong to all parts. */
const MAIN = 'cli/main.ts';

export type Part = keyof typeof ENTRIES;
export const PARTS: readonly Part[] = ['server', 'agent', 'controllers'];

/** The modules of a build and their imports, as esbuild's metafile lists them: without imports of types, which leave no code. */
export type ModuleGraph = Readonly<Record<string, Pick<Metafile['inputs'][string], 'imports'>>>;

/** Returns the parts whose code contains one of the changed files, in the order of `PARTS`. Paths are relative to the checkout. */
export function affectedParts(graph: ModuleGraph, changed: ReadonlySet<string>): readonly Part[] {
  const main = reachable(graph, [MAIN], (kind) => kind !== 'dynamic-import');
  return PARTS.filter((part) => {
    const code = reachable(graph, ENTRIES[part], () => true);
    return [...changed].some((file) => main.has(file) || code.has(file));
  });
}

function reachable(graph: ModuleGraph, entries: readonly string[], follows: (kind: string) => boolean): ReadonlySet<string> {
  const found = new Set(entries);
  for (const file of found) {
    for (const { path, kind, external } of graph[file]?.imports ?? []) if (!external && follows(kind)) found.add(path);
  }
  return found;
}
