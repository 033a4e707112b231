import { message, nestedList, string, stringList, stringMap } from '../../base/protobuf/message.ts';

/** Messages of containerd.services.snapshots.v1, which is the same from containerd 1.6 to 2.x. */

export const ViewSnapshotRequest = message({ snapshotter: string(1), key: string(2), parent: string(3), labels: stringMap(4) });
/** Mounts and Remove requests. */
export const SnapshotRequest = message({ snapshotter: string(1), key: string(2) });
/** The answers to View and to Mounts. */
export const MountsResponse = message({ mounts: nestedList(1, message({ type: string(1), source: string(2), options: stringList(4) })) });
