import { sha256Hex } from '../../../base/sha256.ts';

/** A volume in the terms of CSI: the driver's name, and the driver's own name for the volume. */
export interface CsiVolumeId {
  readonly driver: string;
  readonly handle: string;
}

const PREFIX = 'kubernetes.io/csi/';
const SEPARATOR = '^';

/** Names a volume in the status of nodes (`volumesInUse`, `volumesAttached`). */
export const csiVolumeName = ({ driver, handle }: CsiVolumeId): string => `${PREFIX}${driver}${SEPARATOR}${handle}`;

/** Reads a name that `csiVolumeName` has made; undefined for any other. */
export function csiVolumeOf(name: string): CsiVolumeId | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const rest = name.slice(PREFIX.length);
  const end = rest.indexOf(SEPARATOR);
  return end < 0 ? undefined : { driver: rest.slice(0, end), handle: rest.slice(end + 1) };
}

/** Names the VolumeAttachment of a volume and a node. */
export const attachmentName = ({ driver, handle }: CsiVolumeId, node: string): string => `csi-${sha256Hex(`${handle}${driver}${node}`)}`;
