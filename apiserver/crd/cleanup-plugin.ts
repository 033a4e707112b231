import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { keyOf } from '../../api/meta/object.ts';
import { handlesOnly } from '../admission/admitted.ts';
import type { AdmissionPlugin } from '../contract/admission.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

export const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** Puts a finalizer on a definition that is deleted: it stays until its objects are gone. */
export const customResourceCleanup = (objects: StorageAccess): AdmissionPlugin => ({
  name: 'CustomResourceCleanup',
  handles: handlesOnly(customResourceDefinitions, 'delete'),
  async admit({ old, dryRun }) {
    if (dryRun || !old || old.metadata.deletionTimestamp || old.metadata.finalizers?.includes(FINALIZER)) return;
    // A deletion of a collection is admitted without a name.
    await objects.modify(customResourceDefinitions, keyOf(old), (current) => {
      const finalizers = current.metadata.finalizers ?? [];
      return finalizers.includes(FINALIZER) ? current : { ...current, metadata: { ...current.metadata, finalizers: [...finalizers, FINALIZER] } };
    });
  },
});
