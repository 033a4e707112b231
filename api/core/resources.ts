import type { Infer } from '../schema/fields.ts';
import { list, map, quantity, string, struct } from '../schema/fields.ts';

export const ResourceClaim = struct('ResourceClaim', {
  name: string(),
  request: string().optional(),
});
export type ResourceClaim = Infer<typeof ResourceClaim>;

export const ResourceRequirements = struct('ResourceRequirements', {
  claims: list(ResourceClaim).optional(),
  limits: map(quantity()).optional(),
  requests: map(quantity()).optional(),
});
export type ResourceRequirements = Infer<typeof ResourceRequirements>;

export const VolumeResourceRequirements = struct('VolumeResourceRequirements', {
  limits: map(quantity()).optional(),
  requests: map(quantity()).optional(),
});
export type VolumeResourceRequirements = Infer<typeof VolumeResourceRequirements>;
