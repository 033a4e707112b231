import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, bytes, map, ref, string, topLevel } from '../../schema/fields.ts';
import { secretColumns } from './object-columns.ts';
import { secretStrategy } from './secret-strategy.ts';

export const Secret = topLevel('Secret', 'Confidential data for pods, as keys and values.', {
  data: map(bytes(), 'The values, in base64.').tag(2).optional(),
  immutable: boolean('Nothing but metadata may change any more.', { presence: 'pointer' }).tag(5).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  stringData: map(string(), 'Values as plain text, merged into data on writing and never shown.').tag(4).optional(),
  type: string('What the data is for; decides which keys must be there.', { goType: 'SecretType', default: 'Opaque' }).tag(3).optional(),
});
export type Secret = Infer<typeof Secret>;

export const secrets = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  schema: Secret,
  columns: secretColumns,
  strategy: secretStrategy,
});
