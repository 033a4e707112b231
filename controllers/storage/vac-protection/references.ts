import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

const BY_CLASS = 'volume-attributes-class';

/** Returns the names of the VolumeAttributesClasses that a claim wants, has, and is being changed to. */
export function classesOfClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const { currentVolumeAttributesClassName: current, modifyVolumeStatus } = status ?? {};
  return distinct(spec?.volumeAttributesClassName, current, modifyVolumeStatus?.targetVolumeAttributesClassName);
}

export const classesOfVolume = ({ spec }: PersistentVolume): readonly string[] => distinct(spec?.volumeAttributesClassName);

function distinct(...names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.flatMap((name) => (name ? [name] : [])))];
}

/** Declares the indexes of claims and volumes by their classes, and returns whether any of them names a class. */
export function classUse(claims: Informer<PersistentVolumeClaim>, volumes: Informer<PersistentVolume>): (className: string) => boolean {
  claims.addIndex(BY_CLASS, classesOfClaim);
  volumes.addIndex(BY_CLASS, classesOfVolume);
  return (name) => volumes.byIndex(BY_CLASS, name).length > 0 || claims.byIndex(BY_CLASS, name).length > 0;
}
