import type { Registry } from 'prom-client';
import type { PodCgroups, RuntimeAccess, Surroundings } from '../../contract/node-parts.ts';
import type { PodDirectories } from '../../contract/pod-directories.ts';
import type { PodVolumes } from '../../contract/pod-volumes.ts';
import type { VolumeStatsSource } from '../../contract/volume-stats.ts';
import type { PodManager } from '../../pod/manager/pod-manager.ts';

/** The parts of a node that tell what it uses. */
export interface UsageNode extends RuntimeAccess, Pick<PodCgroups, 'cgroups' | 'cgroupRoot'>, Pick<Surroundings, 'clock' | 'log'> {
  readonly nodeName: string;
  readonly directories: Pick<PodDirectories, 'pods' | 'hosts' | 'podLogs'>;
  /** Absent where no volumes are mounted, as the next one. */
  readonly volumes?: Pick<PodVolumes, 'measurable'>;
  readonly csi?: { readonly volumes: VolumeStatsSource; metrics(): Registry | undefined };
  /** Absent where no devices are prepared. */
  readonly dra?: { metrics(): Registry | undefined };
  /** Absent where device plugins do not register. */
  readonly devicePlugins?: { metrics(): Registry | undefined };
  /** Absent where nobody can ask for them. */
  readonly podResources?: { metrics(): Registry | undefined };
}

/** The pods of the node by their UIDs. */
export type UsagePods = Pick<PodManager, 'byUid'>;
