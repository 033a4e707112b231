import type { KindDefinition } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import type { Live } from '../../../api/meta/object.ts';
import { errors, hasReason, isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

const isWithin = (kind: KindDefinition): boolean => kind.namespaced && !isKind(kind, namespaces);

/** Returns a namespace; undefined if there is none. It looks twice: another server may have made it just now. */
export async function namespaceNamed(objects: StorageAccess, name: string): Promise<Live<Namespace> | undefined> {
  const key = { namespace: '', name };
  if (!objects.get(namespaces, key)) await objects.fresh(namespaces);
  return objects.get(namespaces, key);
}

/** Makes the namespaces that objects are created in, but for dry runs (plugin/pkg/admission/namespace/autoprovision). */
export const namespaceAutoProvision: OptionalPlugin = ({ objects, client }) => ({
  name: 'NamespaceAutoProvision',
  handles: (kind, _subresource, verb) => verb === 'create' && isWithin(kind),
  async admit(attributes) {
    const name = attributes.key.namespace;
    if (attributes.dryRun || objects.get(namespaces, { namespace: '', name })) return;
    try {
      await client().create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    } catch (error) {
      if (isAlreadyExists(error)) return;
      throw hasReason(error, 'Forbidden') ? error : forbidden(attributes, error instanceof Error ? error.message : String(error));
    }
  },
});

/** Refuses writes in namespaces that do not exist; NamespaceLifecycle, which does more, may be disabled (plugin/pkg/admission/namespace/exists). */
export const namespaceExists: OptionalPlugin = ({ objects }) => ({
  name: 'NamespaceExists',
  validatesStored: true,
  handles: (kind, _subresource, verb) => verb !== 'connect' && isWithin(kind),
  async validate({ key }) {
    if (!(await namespaceNamed(objects, key.namespace))) throw errors.notFound(namespaces, key.namespace);
  },
});
