import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { csiDrivers } from '../../../api/kinds/storage/csi-driver.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Volume } from '../../../api/pod/volume/volume.ts';
import { claimOfVolume } from '../../authz/node/references.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';

/** The answer to the question whether a pod needs tokens for an audience; `problem` is set if that could not be found out. */
export interface AudienceUse {
  readonly used: boolean;
  readonly problem?: string;
}

/**
 * Looks for an audience among those that a pod's volumes need tokens for: projected volumes name them, and the CSI drivers of the others ask
 * for them.
 */
export function audienceUse(pod: Live<Pod>, audience: string, objects: StorageAccess): AudienceUse {
  const problems: string[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    if (volume.projected?.sources?.some(({ serviceAccountToken: token }) => token && (token.audience ?? '') === audience)) return { used: true };
    const driver = driverOf(pod, volume, objects);
    if (driver === undefined) continue;
    if ('problem' in driver) {
      problems.push(driver.problem);
      continue;
    }
    const found = objects.get(csiDrivers, { namespace: '', name: driver.name });
    if (!found) problems.push(`csidriver.storage.k8s.io ${JSON.stringify(driver.name)} not found`);
    else if (found.spec.tokenRequests?.some((request) => request.audience === audience)) return { used: true };
  }
  if (problems.length === 0) return { used: false };
  return { used: false, problem: problems.length === 1 ? problems[0] : `[${problems.join(', ')}]` };
}

/** Returns the CSI driver behind a volume; undefined if there is none. */
function driverOf(pod: Live<Pod>, volume: Volume, objects: StorageAccess): { readonly name: string } | { readonly problem: string } | undefined {
  if (volume.csi) return { name: volume.csi.driver };
  const { name, namespace = '' } = pod.metadata;
  const claimName = claimOfVolume(name, volume);
  if (claimName === undefined) return undefined;
  const claim = objects.get(persistentVolumeClaims, { namespace, name: claimName });
  if (!claim) return { problem: `persistentvolumeclaim ${JSON.stringify(claimName)} not found` };
  const volumeName = claim.spec?.volumeName ?? '';
  const persistent = objects.get(persistentVolumes, { namespace: '', name: volumeName });
  if (!persistent) return { problem: `persistentvolume ${JSON.stringify(volumeName)} not found` };
  return persistent.spec?.csi && { name: persistent.spec.csi.driver };
}
