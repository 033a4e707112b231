import { describe, expect, it } from '@jest/globals';
import type { ModuleGraph } from './affected-parts.ts';
import { affectedParts } from './affected-parts.ts';

type Import = ModuleGraph[string]['imports'][number];
const now = (path: string): Import => ({ path, kind: 'import-statement' });
const later = (path: string): Import => ({ path, kind: 'dynamic-import' });

const graph: ModuleGraph = {
  'cli/main.ts': {
    imports: [now('cli/settings.ts'), later('cli/commands/server.ts'), later('cli/commands/agent.ts'), later('cli/commands/controllers.ts')],
  },
  'cli/settings.ts': { imports: [] },
  'cli/commands/server.ts': {
    imports: [now('controllers/index.ts'), now('base/clock.ts'), { path: 'node:fs', kind: 'import-statement', external: true }],
  },
  'cli/commands/agent.ts': { imports: [later('agent/compose.ts'), now('base/clock.ts')] },
  'cli/commands/controllers.ts': { imports: [now('controllers/index.ts')] },
  'controllers/index.ts': { imports: [now('controllers/service.ts')] },
  'controllers/service.ts': { imports: [now('controllers/index.ts')] },
  'agent/compose.ts': { imports: [] },
  'base/clock.ts': { imports: [] },
  'store/sqlite/worker.ts': { imports: [now('store/sqlite/file.ts')] },
  'store/sqlite/file.ts': { imports: [] },
};

describe('affectedParts', () => {
  it.each<{ readonly changed: readonly string[]; readonly parts: readonly string[] }>([
    { changed: [], parts: [] },
    { changed: ['cli/main.ts'], parts: ['server', 'agent', 'controllers'] },
    { changed: ['cli/settings.ts'], parts: ['server', 'agent', 'controllers'] },
    { changed: ['cli/commands/server.ts'], parts: ['server'] },
    { changed: ['controllers/service.ts'], parts: ['server', 'controllers'] },
    { changed: ['agent/compose.ts'], parts: ['agent'] },
    { changed: ['base/clock.ts'], parts: ['server', 'agent'] },
    { changed: ['store/sqlite/file.ts'], parts: ['server'] },
    { changed: ['store/sqlite/file.ts', 'agent/compose.ts'], parts: ['server', 'agent'] },
    { changed: ['controllers/service.test.ts', 'docs/runtime.md'], parts: [] },
  ])('of $changed are $parts', ({ changed, parts }) => {
    expect(affectedParts(graph, new Set(changed))).toEqual(parts);
  });
});
