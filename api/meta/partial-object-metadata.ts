import type { Infer } from '../schema/fields.ts';
import { ref, topLevel } from '../schema/fields.ts';
import { ObjectMeta } from './object-meta.ts';

export const PartialObjectMetadata = topLevel('PartialObjectMetadata', 'The metadata of an object of any kind, without the rest.', {
  metadata: ref(ObjectMeta, 'Identity of the object.', { presence: 'filled' }).tag(1).optional(),
});
export type PartialObjectMetadata = Infer<typeof PartialObjectMetadata>;
