import { DeleteOptions } from '../../meta/delete-options.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, topLevel } from '../../schema/fields.ts';

export const Eviction = topLevel('Eviction', 'Asks for a pod to be removed, unless a disruption budget forbids it.', {
  deleteOptions: ref(DeleteOptions, 'How the pod is deleted.').tag(2).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
});
export type Eviction = Infer<typeof Eviction>;
