import type { LocalVolumes } from '../contract/local-volumes.ts';
import type { PodManager } from '../pod/manager/pod-manager.ts';
import type { UsageNode } from './stats/usage-node.ts';

/** The parts of the node that its server shows or reaches into. */
export interface ServerNode extends UsageNode {
  readonly localVolumes: LocalVolumes;
}

/** The pods that the server can be asked about. */
export type PodLookup = Pick<PodManager, 'find' | 'byUid' | 'workers'>;
