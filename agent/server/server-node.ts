import type { LocalVolumes } from '../contract/local-volumes.ts';
import type { RuntimeAccess, Surroundings } from '../contract/node-parts.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import type { VolumeStatsSource } from '../contract/volume-stats.ts';
import type { PodManager } from '../pod/manager/pod-manager.ts';

/** The parts of the node that its server shows or reaches into. */
export interface ServerNode extends RuntimeAccess, Pick<Surroundings, 'clock' | 'log'> {
  readonly nodeName: string;
  readonly localVolumes: LocalVolumes;
  readonly directories: Pick<PodDirectories, 'pods'>;
  /** Absent where no volumes are mounted. */
  readonly csi?: { readonly volumes: VolumeStatsSource };
}

/** The pods that the server can be asked about. */
export type PodLookup = Pick<PodManager, 'find' | 'byUid' | 'workers'>;
