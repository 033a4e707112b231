/**
 * The one table of allowed imports, types included. `scripts/check-imports.ts` holds the tree to it:
 *
 * - A room (a top folder) imports itself and the rooms that it names. `scripts/`, `bench/`, `test/` and `examples/` are outside the rooms:
 *   they may import any room, no room imports them.
 * - A pure room imports no module of Node's.
 * - In a room with floors, listed from the ground up, a folder imports only folders of lower floors; folders of one floor do not import
 *   each other. The files that stand in the room itself are its roof.
 * - Nothing below a folder's `index.ts` or `compose.ts` imports it.
 * - Neither files nor folders import each other in a circle.
 *
 * Tests and fixtures are bound by the rooms and by circles of files; not by floors, roofs and circles of folders: a test may build what it
 * tests from parts that stand above it.
 */
export interface Room {
  readonly name: string;
  /** The rooms that this one may import. */
  readonly imports: readonly string[];
  /** It does no I/O of its own. */
  readonly pure?: boolean;
  /** From the ground up; an array is one floor. */
  readonly floors?: readonly (string | readonly string[])[];
}

export const rooms: readonly Room[] = [
  { name: 'base', imports: [] },
  {
    name: 'api',
    imports: ['base'],
    pure: true,
    floors: ['schema', 'meta', 'validation', 'selector', 'cel', 'columns', 'definition', 'pod', 'kinds', ['quota', 'crd', 'concepts']],
  },
  { name: 'store', imports: ['base', 'api'] },
  {
    name: 'runtime',
    imports: ['base', 'api'],
    floors: ['client', 'watch', 'queue', 'observe', 'control', 'resource'],
  },
  {
    name: 'apiserver',
    imports: ['base', 'api', 'store', 'runtime'],
    floors: [
      'contract',
      'storage',
      ['request', 'patch', 'webhook'],
      ['apply', 'encode'],
      'authn',
      ['audit', 'documents', 'authz', 'http', 'health', 'metrics', 'pki', 'proxy'],
      'verbs',
      ['stages', 'admission'],
      ['crd', 'allocation', 'apiservices', 'bootstrap', 'flowcontrol', 'resource-metrics'],
    ],
  },
  {
    name: 'controllers',
    imports: ['base', 'api', 'runtime'],
    floors: ['_shared', ['workloads', 'network', 'nodes', 'policy', 'lifecycle', 'identity', 'storage', 'devices'], 'admission'],
  },
  { name: 'scheduler', imports: ['base', 'api', 'runtime'], floors: ['devices', ['state', 'config'], 'plugins', 'queue', 'cycle'] },
  {
    name: 'agent',
    imports: ['base', 'api', 'runtime'],
    floors: [
      'contract',
      'host',
      ['spec', 'containerd'],
      ['cri', 'simulated', 'image', 'log', 'volume', 'network', 'probe'],
      'plugin',
      ['csi', 'device-plugin', 'dra', 'pod-resources'],
      ['node', 'pod'],
      ['eviction', 'shutdown'],
      'server',
    ],
  },
  {
    name: 'cli',
    imports: ['base', 'api', 'store', 'runtime', 'apiserver', 'controllers', 'scheduler', 'agent'],
    floors: ['config', ['cluster', 'node'], ['commands', 'kubectl-skiff', 'testing']],
  },
];
