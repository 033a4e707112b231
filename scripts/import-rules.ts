/**
 * The one table of allowed imports, types included. `scripts/check-imports.ts` holds the tree to it.
 *
 * Rooms are the top folders. A room imports itself and the rooms that it names. Within a room with floors, listed from the ground up, a
 * folder imports only folders of lower floors; folders of one floor do not import each other. Tests and fixtures are bound by the rooms,
 * not by the floors.
 */
export interface Room {
  readonly name: string;
  /** Rooms, or folders within a room, that this one may import. */
  readonly imports: readonly string[];
  /** From the ground up; an array is one floor. Files that stand in the room itself are its roof. */
  readonly floors?: readonly (string | readonly string[])[];
}

export const rooms: readonly Room[] = [
  { name: 'base', imports: [] },
  {
    name: 'api',
    imports: ['base'],
    floors: ['schema', 'meta', 'validation', 'selector', 'columns', 'definition', 'pod', 'kinds', ['quota', 'crd']],
  },
  { name: 'store', imports: ['base', 'api'] },
  {
    name: 'runtime',
    imports: ['base', 'api'],
    floors: ['client', 'watch', 'queue', 'observe', 'control'],
  },
  {
    name: 'apiserver',
    imports: ['base', 'api', 'store', 'runtime'],
    floors: [
      'contract',
      'storage',
      ['request', 'patch', 'metrics', 'pki'],
      ['apply', 'encode', 'documents', 'authn', 'authz', 'http', 'health', 'proxy'],
      'verbs',
      ['stages', 'admission'],
      ['crd', 'allocation', 'bootstrap'],
    ],
  },
  {
    name: 'controllers',
    imports: ['base', 'api', 'runtime'],
    floors: ['_shared', ['workloads', 'network', 'nodes', 'policy', 'lifecycle', 'identity']],
  },
  { name: 'scheduler', imports: ['base', 'api', 'runtime'], floors: ['state', 'plugins', 'queue', 'cycle'] },
  {
    name: 'agent',
    imports: ['base', 'api', 'runtime'],
    floors: ['contract', 'spec', ['cri', 'containerd'], ['simulated', 'image', 'log', 'volume', 'network', 'probe'], ['node', 'pod'], 'server'],
  },
  { name: 'cli', imports: ['base', 'api', 'store', 'runtime', 'apiserver', 'controllers', 'scheduler', 'agent'] },
];
