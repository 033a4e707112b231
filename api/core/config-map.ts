import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, bytes, map, string, topLevel } from '../schema/fields.ts';

export const ConfigMap = topLevel('ConfigMap', {
  binaryData: map(bytes()).optional(),
  data: map(string()).optional(),
  immutable: boolean().optional(),
  metadata: ObjectMeta.optional(),
});
export type ConfigMap = Infer<typeof ConfigMap>;

export const configMaps = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  shortNames: ['cm'],
  schema: ConfigMap,
});
