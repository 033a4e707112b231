import { BETA_STORAGE_CLASS } from '../../../pod/volume/persistent-volume-claim.ts';
import type { PersistentVolumeClaim } from './schema.ts';

/** Returns the StorageClass of a claim; empty if it names none. The old annotation wins. */
export const claimClass = ({ metadata, spec }: PersistentVolumeClaim): string =>
  metadata?.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '';
