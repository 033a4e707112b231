import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, bytes, map, string, topLevel } from '../schema/fields.ts';

export const Secret = topLevel('Secret', {
  data: map(bytes()).optional(),
  immutable: boolean().optional(),
  metadata: ObjectMeta.optional(),
  stringData: map(string()).optional(),
  type: string().optional(),
});
export type Secret = Infer<typeof Secret>;

export const secrets = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  schema: Secret,
});
