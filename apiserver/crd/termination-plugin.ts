import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { AdmissionPlugin } from '../contract/admission.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { hasCondition } from './names.ts';

/** Refuses new objects of a definition that is being deleted: their deletion has begun. */
export const customResourceTermination = (objects: StorageAccess): AdmissionPlugin => ({
  name: 'CustomResourceTermination',
  handles: (kind, subresource, verb) => kind.structural !== undefined && subresource === '' && verb === 'create',
  admit({ kind, key }) {
    const crd = objects.get(customResourceDefinitions, { namespace: '', name: `${kind.plural}.${kind.group}` });
    if (!crd || !hasCondition(crd, 'Terminating')) return;
    throw errors.forbidden(kind, key.name, 'create not allowed while custom resource definition is terminating');
  },
});
