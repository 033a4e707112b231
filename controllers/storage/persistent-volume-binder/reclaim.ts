import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { messageOf, unlessGone } from '../../_shared/refusals.ts';
import { failVolume } from './failure.ts';
import type { BinderParts } from './parts.ts';
import { setPhase } from './perform.ts';
import { recycle } from './recycler.ts';
import { planReclaim } from './volume-plan.ts';

/** Reclaims a volume whose claim is gone, by its policy. */
export async function reclaim(parts: BinderParts, found: Live<PersistentVolume>): Promise<Result> {
  const { phase } = found.status ?? {};
  const volume = phase === 'Released' || phase === 'Failed' ? found : await setPhase(parts, found, 'Released');
  const plan = planReclaim(volume);
  switch (plan.do) {
    case 'nothing':
      return DONE;
    case 'recycle':
      return recycle(parts, volume);
    case 'fail':
      return failVolume(parts, volume, plan.reason, plan.message);
    case 'delete directory':
      try {
        await parts.deleteDirectory(plan.path);
      } catch (error) {
        return failVolume(parts, volume, 'VolumeFailedDelete', messageOf(error));
      }
      await unlessGone(parts.env.client.delete(parts.volumes.kind, keyOf(volume), { preconditions: { uid: volume.metadata.uid } }));
      return DONE;
  }
}
