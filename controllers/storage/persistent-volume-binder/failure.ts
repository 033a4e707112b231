import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import type { BinderParts } from './parts.ts';
import { setPhase } from './perform.ts';

/** The period at which what waits or failed is looked at again, as upstream looks at all claims and volumes. */
export const RETRY_MS = 15_000;

/** Marks a volume Failed and says why, once; it is tried again all the same. */
export async function failVolume(parts: BinderParts, volume: Live<PersistentVolume>, reason: string, message: string): Promise<Result> {
  if (volume.status?.phase !== 'Failed') {
    const failed = await setPhase(parts, volume, 'Failed', message);
    parts.env.recorder.event(failed, 'Warning', reason, message);
  }
  return { requeueAfterMs: RETRY_MS };
}
