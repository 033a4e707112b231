import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { requestedStorage, storageOf, volumeModeOf } from '../../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import { compareQuantities } from '../../../api/schema/quantity.ts';
import { FINALIZER, HOSTNAME, NODE, PROVISIONER } from './names.ts';

type Claim = Live<PersistentVolumeClaim>;
type Volume = Live<PersistentVolume>;

/** Everything that the decision about a claim rests on. */
export interface ObservedClaim {
  readonly claim: Claim;
  readonly storageClass: Live<StorageClass> | undefined;
  /** The volume that the claim names, or the one that was made for it. */
  readonly volume: Volume | undefined;
  readonly node: (name: string) => Live<Node> | undefined;
}

export type ClaimPlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'provision'; readonly node: Live<Node>; readonly volume: (path: string) => PersistentVolume }
  /** No volume can be made. `elsewhere`: the scheduler may choose another node. */
  | { readonly do: 'refuse'; readonly why: string; readonly elsewhere: boolean }
  | { readonly do: 'resize'; readonly volume: Volume; readonly size: string };

const NOTHING: ClaimPlan = { do: 'nothing' };
const MODES: readonly string[] = ['ReadWriteOnce', 'ReadWriteOncePod'];

export const provisionedName = ({ metadata }: Claim): string => `pvc-${metadata.uid}`;
export const isOurs = ({ metadata }: PersistentVolume): boolean => metadata?.annotations?.[PROVISIONED_BY] === PROVISIONER;

/** Decides about a claim: makes its volume on the node that the scheduler chose, and lets it grow. */
export function planClaim({ claim, storageClass, volume, node }: ObservedClaim): ClaimPlan {
  const { metadata, spec = {} } = claim;
  if (metadata.deletionTimestamp !== undefined) return NOTHING;
  if (spec.volumeName) return volume ? planSize(claim, volume) : NOTHING;
  if (volume || metadata.annotations?.[STORAGE_PROVISIONER] !== PROVISIONER || storageClass?.provisioner !== PROVISIONER) return NOTHING;
  const unfit = unfitness(claim, storageClass);
  if (unfit !== undefined) return { do: 'refuse', why: unfit, elsewhere: false };
  const nodeName = metadata.annotations[SELECTED_NODE];
  // The binder waits for the scheduler.
  if (nodeName === undefined) return NOTHING;
  const found = node(nodeName);
  if (!found) return { do: 'refuse', why: `failed to get target node: nodes ${JSON.stringify(nodeName)} not found`, elsewhere: true };
  return { do: 'provision', node: found, volume: (path) => volumeFor(claim, storageClass, found, path) };
}

/** Returns why directories of nodes cannot be what a claim asks for; undefined if they can. */
function unfitness({ spec = {} }: Claim, { volumeBindingMode, parameters = {} }: StorageClass): string | undefined {
  if (volumeBindingMode !== 'WaitForFirstConsumer')
    return `a directory belongs to a node: the StorageClass needs volumeBindingMode WaitForFirstConsumer`;
  const [parameter] = Object.keys(parameters);
  if (parameter !== undefined) return `parameter ${JSON.stringify(parameter)} of the StorageClass is not known: ${PROVISIONER} takes none`;
  if (spec.selector) return 'claim.Spec.Selector is not supported';
  if (spec.dataSource || spec.dataSourceRef) return 'claim.Spec.DataSource is not supported: a directory begins empty';
  if (volumeModeOf(spec) !== 'Filesystem') return `volumeMode ${JSON.stringify(spec.volumeMode)} is not supported: a directory is no block device`;
  const mode = spec.accessModes?.find((each) => !MODES.includes(each));
  return mode === undefined
    ? undefined
    : `access mode ${JSON.stringify(mode)} is not supported: a directory is on one node; use ${MODES.join(' or ')}`;
}

function volumeFor(claim: Claim, storageClass: Live<StorageClass>, node: Live<Node>, path: string): PersistentVolume {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const reclaimPolicy = storageClass.reclaimPolicy ?? 'Delete';
  const hostname = node.metadata.labels?.[HOSTNAME] ?? node.metadata.name;
  return {
    metadata: {
      name: provisionedName(claim),
      annotations: { [PROVISIONED_BY]: PROVISIONER, [NODE]: node.metadata.name },
      ...(reclaimPolicy === 'Delete' ? { finalizers: [FINALIZER] } : {}),
    },
    spec: {
      capacity: { storage: requestedStorage(claim) },
      accessModes: [...(claim.spec?.accessModes ?? [])],
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: claimClass(claim),
      volumeMode: 'Filesystem',
      ...(storageClass.mountOptions?.length ? { mountOptions: [...storageClass.mountOptions] } : {}),
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME, operator: 'In', values: [hostname] }] }] } },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion },
    },
  };
}

/** A directory has no size of its own: to grow is to be recorded as larger. */
function planSize(claim: Claim, volume: Volume): ClaimPlan {
  const size = requestedStorage(claim);
  if (!isOurs(volume) || volume.spec?.claimRef?.uid !== claim.metadata.uid || claim.status?.phase !== 'Bound') return NOTHING;
  return compareQuantities(size, storageOf(claim.status.capacity)) > 0 ? { do: 'resize', volume, size } : NOTHING;
}
