import type { Infer } from '../../schema/fields.ts';
import { listMap, resourceList, string, struct } from '../../schema/fields.ts';

export const ResourceClaim = struct('ResourceClaim', 'A claim of the pod that a container uses.', {
  name: string('Name of the claim in the pod.').tag(1),
  request: string('One request of the claim; all, if left out.').tag(2).optional(),
});
export type ResourceClaim = Infer<typeof ResourceClaim>;

export const ResourceRequirements = struct('ResourceRequirements', 'What is needed, and may be used at most.', {
  claims: listMap(ResourceClaim, ['name'], 'Claims of the pod that are used.', { patch: false }).tag(3).optional(),
  limits: resourceList('Most that may be used.').tag(1).optional(),
  requests: resourceList('What must be free on the node; the limits, if left out.').tag(2).optional(),
});
export type ResourceRequirements = Infer<typeof ResourceRequirements>;

export const VolumeResourceRequirements = struct('VolumeResourceRequirements', 'The size of a volume.', {
  limits: resourceList('Most that may be given.').tag(1).optional(),
  requests: resourceList('Least that is needed.').tag(2).optional(),
});
export type VolumeResourceRequirements = Infer<typeof VolumeResourceRequirements>;
