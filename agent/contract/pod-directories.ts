import { join } from 'node:path';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';

/** The places of a pod's files under the agent's data directory; names inside are kubelet's. */
export interface PodDirectories {
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  /** Everything of the pod but its logs. */
  readonly pod: (uid: string) => string;
  readonly volumes: (uid: string) => string;
  readonly volume: (uid: string, plugin: string, name: string) => string;
  readonly hosts: (uid: string) => string;
  /** A container's own files (termination messages). */
  readonly container: (uid: string, container: string) => string;
  /** All mounts of paths within volumes. */
  readonly subPaths: (uid: string) => string;
  readonly subPath: (uid: string, volume: string, container: string, index: number) => string;
  /** All pods' directories. */
  readonly pods: string;
  /** All pods' log directories. */
  readonly logs: string;
  readonly podLogs: (pod: Live<Pod>) => string;
}

export function podDirectories(dataDir: string): PodDirectories {
  const pods = join(dataDir, 'pods');
  const logs = join(dataDir, 'logs', 'pods');
  const pod = (uid: string) => join(pods, uid);
  return {
    root: dataDir,
    pods,
    logs,
    pod,
    volumes: (uid) => join(pod(uid), 'volumes'),
    volume: (uid, plugin, name) => join(pod(uid), 'volumes', plugin.replace('/', '~'), name),
    hosts: (uid) => join(pod(uid), 'etc-hosts'),
    container: (uid, container) => join(pod(uid), 'containers', container),
    subPaths: (uid) => join(pod(uid), 'volume-subpaths'),
    subPath: (uid, volume, container, index) => join(pod(uid), 'volume-subpaths', volume, container, String(index)),
    podLogs: ({ metadata }) => join(logs, `${metadata.namespace}_${metadata.name}_${metadata.uid}`),
  };
}

/** The directory of a container's log files. */
export const containerLogDirectory = (directories: Pick<PodDirectories, 'podLogs'>, pod: Live<Pod>, container: string): string =>
  join(directories.podLogs(pod), container);

/** A container's log file, relative to the pod's log directory. */
export const containerLogPath = (container: string, restartCount: number): string => `${container}/${restartCount}.log`;
