import type { AdmissionPlugin } from '../../../contract/admission.ts';
import type { Authorizer } from '../../../contract/authorizer.ts';
import type { StorageAccess } from '../../../contract/storage-access.ts';
import { deviceAdminAccess } from './admin-access.ts';
import { deviceStatusAccess } from './status-access.ts';

/** Lists the rules on claims to devices that depend on the namespace or on the user. */
export const deviceClaimPlugins = (objects: StorageAccess, authorizer: Authorizer): readonly AdmissionPlugin[] => [
  ...deviceAdminAccess(objects),
  deviceStatusAccess(authorizer),
];
