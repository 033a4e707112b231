import type { Clock } from '../../base/clock.ts';
import type { CsiWish } from '../contract/csi-volumes.ts';
import type { VolumeStats, VolumeUse } from '../contract/volume-stats.ts';
import type { Driver } from './drivers.ts';
import { NODE_CAPABILITY, USAGE_UNIT } from './messages.ts';
import type { VolumePaths } from './volume-paths.ts';
import type { VolumeSpec } from './volume-spec.ts';

/** Asks a driver how full a volume is (NodeGetVolumeStats). Resolves with undefined if it does not tell. */
export async function measureVolume(
  wish: CsiWish,
  spec: VolumeSpec,
  driver: Driver,
  { paths, clock }: { readonly paths: VolumePaths; readonly clock: Clock },
): Promise<VolumeStats | undefined> {
  const capabilities = await driver.client.capabilities();
  if (!capabilities.has(NODE_CAPABILITY.GET_VOLUME_STATS)) return undefined;
  const { uid } = wish.pod.metadata;
  const isStaged = spec.lifecycle === 'Persistent' && capabilities.has(NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME);
  const { usage, volume_condition: condition } = await driver.client.stats({
    volume_id: spec.handle,
    volume_path: driver.pathFor(paths.target(uid, spec)),
    staging_target_path: isStaged ? driver.pathFor(paths.staging(spec)) : '',
  });
  const useIn = (unit: number): VolumeUse | undefined => {
    const found = usage.find((each) => each.unit === unit);
    return found && { total: found.total, used: found.used, available: found.available };
  };
  const { source } = wish;
  return {
    podUid: uid,
    name: wish.name,
    claim: source.type === 'bound' ? { namespace: source.claim.metadata.namespace ?? '', name: source.claim.metadata.name } : undefined,
    time: clock.now(),
    bytes: useIn(USAGE_UNIT.BYTES),
    inodes: useIn(USAGE_UNIT.INODES),
    abnormal: capabilities.has(NODE_CAPABILITY.VOLUME_CONDITION) ? condition?.abnormal : undefined,
  };
}
