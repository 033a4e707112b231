import { defineKind } from '../../../definition/kind.ts';
import { nodeColumns } from './columns.ts';
import { nodeStrategy } from './rules.ts';
import { Node } from './schema.ts';

export * from './schema.ts';

export const nodes = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  shortNames: ['no'],
  schema: Node,
  columns: nodeColumns,
  subresources: [
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'NodeProxyOptions', query: { path: 'string' }, anyPath: true },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  storagePrefix: 'minions',
  strategy: nodeStrategy,
});
