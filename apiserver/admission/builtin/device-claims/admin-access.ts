import { namespaces } from '../../../../api/kinds/core/namespace.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../../api/kinds/resource/index.ts';
import { resourceClaims, resourceClaimTemplates } from '../../../../api/kinds/resource/index.ts';
import { errors } from '../../../../api/meta/status-error.ts';
import { forbidden } from '../../../../api/schema/field-error.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../../contract/admission.ts';
import type { StorageAccess } from '../../../contract/storage-access.ts';
import { handlesOnly } from '../../admitted.ts';
import { handlesStatus } from './claim-status.ts';

/** Marks, as `true`, the namespaces in which claims may ask for devices that others use. */
const ADMIN_NAMESPACE = 'resource.kubernetes.io/admin-access';

const DETAIL = `admin access to devices requires the \`${ADMIN_NAMESPACE}: true\` label on the containing namespace`;

/** Returns the path of the first request that asks for admin access. Alternatives of a request cannot. */
function requestPath({ devices }: ResourceClaim['spec']): string | undefined {
  const index = devices?.requests?.findIndex(({ exactly }) => exactly?.adminAccess) ?? -1;
  return index < 0 ? undefined : `spec.devices.requests[${index}].adminAccess`;
}

/** Returns the path of the first device that is allocated with admin access. */
function resultPath(claim: ResourceClaim | undefined): string | undefined {
  const index = claim?.status?.allocation?.devices?.results?.findIndex(({ adminAccess }) => adminAccess) ?? -1;
  return index < 0 ? undefined : `status.allocation.devices.results[${index}].adminAccess`;
}

/**
 * Lets claims, templates and allocations ask for admin access in namespaces with the label only (pkg/registry/resource, AuthorizedForAdmin).
 * Part of validation upstream; here it needs the namespace.
 */
export function deviceAdminAccess(objects: StorageAccess): readonly AdmissionPlugin[] {
  const check = ({ kind, key, object }: AdmissionAttributes, path: string | undefined) => {
    if (path === undefined) return;
    const { labels } = objects.get(namespaces, { namespace: '', name: key.namespace })?.metadata ?? {};
    if (labels?.[ADMIN_NAMESPACE] !== 'true') throw errors.invalid(kind, object?.metadata?.name ?? '', [forbidden(path, DETAIL)]);
  };
  const name = 'DeviceAdminAccess';
  return [
    {
      name,
      handles: handlesOnly(resourceClaims, 'create'),
      validate: (attributes) => check(attributes, requestPath((attributes.object as ResourceClaim).spec)),
    },
    {
      name,
      handles: handlesOnly(resourceClaimTemplates, 'create'),
      // Upstream names the path as it is in a claim.
      validate: (attributes) => check(attributes, requestPath((attributes.object as ResourceClaimTemplate).spec.spec)),
    },
    {
      name,
      handles: handlesStatus,
      validate(attributes) {
        const granted = resultPath(attributes.old as ResourceClaim | undefined) !== undefined;
        if (!granted) check(attributes, resultPath(attributes.object as ResourceClaim));
      },
    },
  ];
}
