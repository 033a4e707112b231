import { dirname, join } from 'node:path';
import type { PodDirectories } from '../contract/pod-directories.ts';
import { VOLUME_PLUGINS } from '../volume/volume-plugin.ts';
import type { VolumeSpec } from './volume-spec.ts';
import { stagingName } from './volume-spec.ts';

const DEVICES = 'volumeDevices';

/** Whether the place of a volume is one of a block device. */
export const isDevicePath = (path: string): boolean => path.includes(`/${DEVICES}/`);

/** The places of CSI volumes on a node, with kubelet's names below the agent's directory. */
export interface VolumePaths {
  /** The directory of all that is staged. */
  readonly staged: string;
  /** The directory of a staged volume's record. */
  stagingRecord(spec: VolumeSpec): string;
  /** The place where a volume is staged: a directory that the driver mounts it at, or keeps a device in. */
  staging(spec: VolumeSpec): string;
  /** The directory of all records of a pod. */
  records(podUid: string): string;
  /** The directory of the record of a pod's volume. */
  record(podUid: string, spec: VolumeSpec): string;
  /** The place where a pod's volume is mounted, or its device stands. */
  target(podUid: string, spec: VolumeSpec): string;
}

export function volumePaths(directories: PodDirectories): VolumePaths {
  const staged = join(directories.root, 'plugins', VOLUME_PLUGINS.csi);
  const devices = join(staged, DEVICES);
  const stagingRecord = (spec: VolumeSpec) => join(staged, spec.driver, stagingName(spec));
  const record = (uid: string, { specName }: VolumeSpec) => directories.volume(uid, VOLUME_PLUGINS.csi, specName);
  return {
    staged,
    stagingRecord,
    staging: (spec) => (spec.block ? join(devices, 'staging', spec.specName) : join(stagingRecord(spec), 'globalmount')),
    records: (uid) => dirname(directories.volume(uid, VOLUME_PLUGINS.csi, 'any')),
    record,
    target: (uid, spec) => (spec.block ? join(devices, 'publish', spec.specName, uid) : join(record(uid, spec), 'mount')),
  };
}
