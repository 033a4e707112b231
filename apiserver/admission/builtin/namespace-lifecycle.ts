import { isKind } from '../../../api/definition/kind.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { errors } from '../../../api/meta/status-error.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';

/** Namespaces that a cluster cannot do without. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Refuses content for namespaces that are missing or terminating, and the deletion of the namespaces that must stay. */
export function namespaceLifecycle(objects: StorageAccess): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles: (kind, _subresource, verb) =>
      isKind(kind, namespaces) ? verb === 'delete' : kind.namespaced && verb !== 'delete' && kind.group !== 'authorization.k8s.io',
    async admit(attributes) {
      const { kind, key, verb } = attributes;
      if (!kind.namespaced) {
        if (IMMORTAL.has(key.name)) throw errors.forbidden(namespaces, key.name, 'this namespace may not be deleted');
        return;
      }
      const home = { namespace: '', name: key.namespace };
      // Another server may have made it just now.
      if (!objects.get(namespaces, home)) await objects.fresh(namespaces);
      const namespace = objects.get(namespaces, home);
      if (!namespace) throw errors.notFound(namespaces, key.namespace);
      if (verb !== 'create' || namespace.status?.phase !== 'Terminating') return;
      throw forbidden(attributes, `unable to create new content in namespace ${key.namespace} because it is being terminated`, [
        { reason: 'NamespaceTerminating', message: `namespace ${key.namespace} is being terminated`, field: 'metadata.namespace' },
      ]);
    },
  };
}
