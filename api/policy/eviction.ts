import { DeleteOptions } from '../meta/delete-options.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { topLevel } from '../schema/fields.ts';

export const Eviction = topLevel('Eviction', {
  deleteOptions: DeleteOptions.optional(),
  metadata: ObjectMeta.optional(),
});
export type Eviction = Infer<typeof Eviction>;
