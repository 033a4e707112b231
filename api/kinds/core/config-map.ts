import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, bytes, map, ref, string, topLevel } from '../../schema/fields.ts';
import { configMapStrategy } from './config-map-strategy.ts';
import { configMapColumns } from './object-columns.ts';

export const ConfigMap = topLevel('ConfigMap', 'Configuration for pods, as keys and values.', {
  binaryData: map(bytes(), 'Values that are not text, in base64.').tag(3).optional(),
  data: map(string(), 'Values that are text.').tag(2).optional(),
  immutable: boolean('Nothing but metadata may change any more.', { presence: 'pointer' }).tag(4).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
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
  columns: configMapColumns,
  strategy: configMapStrategy,
});
