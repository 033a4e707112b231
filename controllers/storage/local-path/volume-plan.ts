import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isOurs } from './claim-plan.ts';
import { FINALIZER, NODE } from './names.ts';

export type VolumePlan =
  | { readonly do: 'nothing' }
  /** The directory goes, then the volume. */
  | { readonly do: 'delete'; readonly node: string }
  /** The directory is to outlive the volume. */
  | { readonly do: 'let go' };

/** Decides about a volume that was provisioned here. A volume that a person deletes keeps its finalizer, and its data, while a claim has it. */
export function planVolume(volume: Live<PersistentVolume>): VolumePlan {
  if (!isOurs(volume)) return { do: 'nothing' };
  const held = volume.metadata.finalizers?.includes(FINALIZER) ?? false;
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') return held ? { do: 'let go' } : { do: 'nothing' };
  const { phase } = volume.status ?? {};
  if (phase !== 'Released' && phase !== 'Failed') return { do: 'nothing' };
  const gone = volume.metadata.deletionTimestamp !== undefined && !held;
  return gone ? { do: 'nothing' } : { do: 'delete', node: volume.metadata.annotations?.[NODE] ?? '' };
}
