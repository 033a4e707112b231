import type { KindGroup } from '../../definition/group.ts';
import { deviceClasses } from './device-class.ts';
import { resourceClaims } from './resource-claim.ts';
import { resourceClaimTemplates } from './resource-claim-template.ts';
import { resourceSlices } from './resource-slice.ts';

export const resourceGroup: KindGroup = {
  name: 'resource.k8s.io',
  rank: 16200,
  versionPriorities: { v1: 21 },
  kinds: [deviceClasses, resourceClaims, resourceClaimTemplates, resourceSlices],
};

export { DeviceClass, deviceClasses } from './device-class.ts';
export { ResourceClaim, resourceClaims } from './resource-claim.ts';
export { ResourceClaimTemplate, resourceClaimTemplates } from './resource-claim-template.ts';
export { ResourceSlice, resourceSlices } from './resource-slice.ts';
