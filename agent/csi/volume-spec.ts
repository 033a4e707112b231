import { volumeModeOf } from '../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { InputOf } from '../../base/protobuf/message.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { CsiWish } from '../contract/csi-volumes.ts';
import type { VolumeCapability } from './messages.ts';
import { ACCESS_MODE, NODE_CAPABILITY } from './messages.ts';

interface SecretKey {
  readonly name: string;
  readonly namespace: string;
}

/** A volume in the terms of CSI. */
export interface VolumeSpec {
  /** The PersistentVolume's name, or that of an inline volume in its pod. */
  readonly specName: string;
  readonly driver: string;
  readonly handle: string;
  readonly lifecycle: 'Persistent' | 'Ephemeral';
  readonly fsType: string;
  readonly accessModes: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly mountOptions: readonly string[];
  readonly block: boolean;
  readonly readOnly: boolean;
  readonly secrets: { readonly stage?: SecretKey | undefined; readonly publish?: SecretKey | undefined; readonly expand?: SecretKey | undefined };
}

/** Describes the volume that a pod is to have. */
export function specOf({ pod, name, source }: CsiWish): VolumeSpec {
  const { uid, namespace = '' } = pod.metadata;
  if (source.type === 'inline') {
    const { driver, fsType = '', readOnly = false, volumeAttributes = {}, nodePublishSecretRef } = source.csi;
    return {
      specName: name,
      driver,
      handle: `csi-${sha256Hex(`${uid}${name}`)}`,
      lifecycle: 'Ephemeral',
      fsType,
      accessModes: ['ReadWriteOnce'],
      attributes: volumeAttributes,
      mountOptions: [],
      block: false,
      readOnly,
      secrets: { publish: nodePublishSecretRef?.name ? { name: nodePublishSecretRef.name, namespace } : undefined },
    };
  }
  const { metadata, spec = {} } = source.volume;
  const { csi } = spec;
  if (!csi) throw new Error('volume source not found in volume.Spec');
  const key = (ref: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined): SecretKey | undefined =>
    ref?.name ? { name: ref.name, namespace: ref.namespace ?? '' } : undefined;
  return {
    specName: metadata.name,
    driver: csi.driver,
    handle: csi.volumeHandle,
    lifecycle: 'Persistent',
    fsType: csi.fsType ?? '',
    accessModes: spec.accessModes ?? [],
    attributes: csi.volumeAttributes ?? {},
    mountOptions: spec.mountOptions ?? [],
    block: volumeModeOf(spec) === 'Block',
    readOnly: source.readOnly,
    secrets: { stage: key(csi.nodeStageSecretRef), publish: key(csi.nodePublishSecretRef), expand: key(csi.nodeExpandSecretRef) },
  };
}

/** Names the directory that a volume is staged in. */
export const stagingName = ({ handle }: Pick<VolumeSpec, 'handle'>): string => sha256Hex(handle);

const WITHOUT_PODS: Readonly<Record<string, number>> = {
  ReadWriteOnce: ACCESS_MODE.SINGLE_NODE_WRITER,
  ReadWriteOncePod: ACCESS_MODE.SINGLE_NODE_WRITER,
  ReadOnlyMany: ACCESS_MODE.MULTI_NODE_READER_ONLY,
  ReadWriteMany: ACCESS_MODE.MULTI_NODE_MULTI_WRITER,
};
/** For drivers that tell the writers on one node apart. */
const WITH_PODS: Readonly<Record<string, number>> = {
  ...WITHOUT_PODS,
  ReadWriteOnce: ACCESS_MODE.SINGLE_NODE_MULTI_WRITER,
  ReadWriteOncePod: ACCESS_MODE.SINGLE_NODE_SINGLE_WRITER,
};

/** Says how a volume is to be accessed. @param group the pod's group, for drivers that give volumes to it themselves */
export function capabilityOf(spec: VolumeSpec, capabilities: ReadonlySet<number>, group?: number): InputOf<typeof VolumeCapability> {
  const modes = capabilities.has(NODE_CAPABILITY.SINGLE_NODE_MULTI_WRITER) ? WITH_PODS : WITHOUT_PODS;
  const access_mode = { mode: modes[spec.accessModes[0] ?? 'ReadWriteOnce'] ?? 0 };
  if (spec.block) return { block: {}, access_mode };
  const volume_mount_group = group === undefined ? '' : String(group);
  return { mount: { fs_type: spec.fsType, mount_flags: spec.mountOptions, volume_mount_group }, access_mode };
}
