import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import { countedAs } from '../../definition/quota-rule.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEntries, forbidden, invalid, searchLater, tooLong } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, bytes, map, ref, string, topLevel } from '../../schema/fields.ts';
import { ifChanged } from '../../validation/field-rules.ts';
import { byteLength, configKeyFaults } from '../../validation/name-rules.ts';
import { decodedLength, entryCount, MAX_DATA_BYTES, SEALED } from './data-entries.ts';

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

function validate(map: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  checkEntries(map.data ?? {}, (key, value) => {
    for (const fault of configKeyFaults(key)) errors.push(invalid(`data[${key}]`, key, fault));
    if (map.binaryData?.[key] !== undefined) errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += byteLength(value);
  });
  checkEntries(map.binaryData ?? {}, (key, value) => {
    for (const fault of configKeyFaults(key)) errors.push(invalid(`binaryData[${key}]`, key, fault));
    bytes += decodedLength(value);
  });
  searchLater(function* () {
    yield;
    // The whole object is too long, and has no field: upstream writes it so.
    if (bytes > MAX_DATA_BYTES) errors.push(tooLong('[]', MAX_DATA_BYTES));
  });
  return errors;
}

export const configMapStrategy: Strategy<ConfigMap> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validate,
  validateUpdate: (map, old) => {
    const errors: FieldError[] = [];
    if (old.immutable) {
      if (!map.immutable) errors.push(forbidden('immutable', SEALED));
      for (const field of ['data', 'binaryData'] as const) {
        ifChanged(map[field], old[field], () => void errors.push(forbidden(field, SEALED)));
      }
    }
    return [...errors, ...validate(map)];
  },
};

const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  shown('Data', 'How many entries it has.', (map) => entryCount(map.data) + entryCount(map.binaryData)),
  ageColumn,
];

export const configMaps = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  shortNames: ['cm'],
  schema: ConfigMap,
  columns: configMapColumns,
  quota: countedAs('configmaps'),
  strategy: configMapStrategy,
});
