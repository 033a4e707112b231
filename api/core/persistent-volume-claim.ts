import { LabelSelector } from '../meta/label-selector.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { list, string, struct } from '../schema/fields.ts';
import { TypedLocalObjectReference, TypedObjectReference } from './reference.ts';
import { VolumeResourceRequirements } from './resources.ts';

export const PersistentVolumeClaimSpec = struct('PersistentVolumeClaimSpec', {
  accessModes: list(string()).optional(),
  dataSource: TypedLocalObjectReference.optional(),
  dataSourceRef: TypedObjectReference.optional(),
  resources: VolumeResourceRequirements.optional(),
  selector: LabelSelector.optional(),
  storageClassName: string().optional(),
  volumeAttributesClassName: string().optional(),
  volumeMode: string().optional(),
  volumeName: string().optional(),
});
export type PersistentVolumeClaimSpec = Infer<typeof PersistentVolumeClaimSpec>;

export const PersistentVolumeClaimTemplate = struct('PersistentVolumeClaimTemplate', {
  metadata: ObjectMeta.optional(),
  spec: PersistentVolumeClaimSpec,
});
export type PersistentVolumeClaimTemplate = Infer<typeof PersistentVolumeClaimTemplate>;
