import type { KindDefinition } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import { PV_PROTECTION_FINALIZER, persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { PVC_PROTECTION_FINALIZER, persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { VAC_PROTECTION_FINALIZER, volumeAttributesClasses } from '../../../api/kinds/storage/volume-attributes-class.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';

const PROTECTED: readonly (readonly [KindDefinition, string])[] = [
  [persistentVolumeClaims, PVC_PROTECTION_FINALIZER],
  [persistentVolumes, PV_PROTECTION_FINALIZER],
  [volumeAttributesClasses, VAC_PROTECTION_FINALIZER],
];

const finalizerOf = (kind: KindDefinition): string | undefined => PROTECTED.find(([of]) => isKind(kind, of))?.[1];

/** Gives new storage objects the finalizers that keep them while they are used; the protection controllers take these off. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: (kind, subresource, verb) => subresource === '' && verb === 'create' && finalizerOf(kind) !== undefined,
  admit({ kind, object }) {
    const finalizer = finalizerOf(kind);
    if (finalizer === undefined || !object) return;
    object.metadata ??= {};
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  },
};
