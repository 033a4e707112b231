import type { Kind } from '../../../api/definition/kind.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { PV_PROTECTION_FINALIZER } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { protectedObjects, reconcileProtection } from '../../_shared/protection.ts';

const NAME = 'persistentvolume-protection-controller';

/** Keeps terminating volumes while they are bound to a claim (upstream's pkg/controller/volume/pvprotection). */
export function pvProtectionController({ persistentVolumes }: { persistentVolumes: Kind<PersistentVolume> }): ControllerDefinition {
  const protection = { kind: persistentVolumes, finalizer: PV_PROTECTION_FINALIZER };
  return {
    name: NAME,
    component: NAME,
    concurrency: 1,
    for: protectedObjects(protection),
    reconcile: (env) => reconcileProtection(env, protection, ({ status }) => (status?.phase === 'Bound' ? DONE : undefined)),
  };
}
