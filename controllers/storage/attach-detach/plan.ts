import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { VolumeAttachment } from '../../../api/kinds/storage/volume-attachment.ts';
import type { Live } from '../../../api/meta/object.ts';

/** A volume that pods on a node want. */
export interface WantedVolume {
  readonly volume: Live<PersistentVolume>;
  readonly driver: string;
  readonly pods: readonly Live<Pod>[];
  /** The nodes that the volume is attached to beside this one, or is being attached to. */
  readonly elsewhere: readonly string[];
  /** The pods that want it there. */
  readonly usersElsewhere: readonly Live<Pod>[];
}

/** Everything that the decision about the volumes of a node rests on. Volumes go by their names in the status of nodes. */
export interface ObservedNode {
  readonly name: string;
  readonly ready: boolean;
  /** It has the taint node.kubernetes.io/out-of-service. */
  readonly outOfService: boolean;
  readonly inUse: ReadonlySet<string>;
  /** Nothing is known of its volumes: it is not in the API any more. */
  readonly gone: boolean;
  readonly wanted: ReadonlyMap<string, WantedVolume>;
  readonly attachments: ReadonlyMap<string, Live<VolumeAttachment>>;
  /** The time for which each volume has been unwanted, in milliseconds. */
  readonly unwantedMs: (name: string) => number;
}

export type AttachAction =
  | { readonly do: 'attach'; readonly name: string; readonly wanted: WantedVolume }
  /** Another node has the volume for itself. */
  | { readonly do: 'refuse'; readonly name: string; readonly wanted: WantedVolume }
  /** The attacher is at work, or has failed. */
  | { readonly do: 'await'; readonly name: string; readonly wanted: WantedVolume; readonly attachment: Live<VolumeAttachment> }
  | { readonly do: 'confirm'; readonly name: string; readonly wanted: WantedVolume }
  /** `forced`: whatever the node says. */
  | { readonly do: 'detach'; readonly name: string; readonly attachment: Live<VolumeAttachment>; readonly forced: boolean }
  /** The node still has it mounted. It is looked at again after `retryMs` unless the node says otherwise before. */
  | { readonly do: 'hold'; readonly name: string; readonly retryMs: number };

/** A node that does not answer keeps a volume for so long. */
export const MAX_WAIT_FOR_UNMOUNT_MS = 6 * 60_000;

/** Whether several nodes may have a volume at a time. */
function isShared({ spec }: PersistentVolume): boolean {
  const modes = spec?.accessModes ?? [];
  return modes.length === 0 || modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany');
}

/** Decides about the volumes of one node (pkg/controller/volume/attachdetach/reconciler). Detaches come first. */
export function planNode(node: ObservedNode): readonly AttachAction[] {
  const actions: AttachAction[] = [];
  for (const [name, attachment] of node.attachments) {
    if (!node.wanted.has(name) && attachment.metadata.deletionTimestamp === undefined) actions.push(planDetach(node, name, attachment));
  }
  for (const [name, wanted] of node.wanted) {
    const attachment = node.attachments.get(name);
    // One that is being deleted has to be gone before the volume can be attached anew.
    if (attachment?.metadata.deletionTimestamp !== undefined) continue;
    if (attachment) actions.push(attachment.status?.attached ? { do: 'confirm', name, wanted } : { do: 'await', name, wanted, attachment });
    else if (node.gone) continue;
    else actions.push({ do: wanted.elsewhere.length > 0 && !isShared(wanted.volume) ? 'refuse' : 'attach', name, wanted });
  }
  return actions;
}

function planDetach(node: ObservedNode, name: string, attachment: Live<VolumeAttachment>): AttachAction {
  if (node.outOfService) return { do: 'detach', name, attachment, forced: true };
  if (!node.inUse.has(name) && !node.gone) return { do: 'detach', name, attachment, forced: false };
  const leftMs = MAX_WAIT_FOR_UNMOUNT_MS - node.unwantedMs(name);
  if (leftMs <= 0 && !node.ready) return { do: 'detach', name, attachment, forced: true };
  return { do: 'hold', name, retryMs: leftMs > 0 ? leftMs : MAX_WAIT_FOR_UNMOUNT_MS };
}

/** Says to a pod who has its volume, without the names of pods in other namespaces. */
export function multiAttachText({ volume, usersElsewhere }: WantedVolume, { metadata }: Live<Pod>): string {
  const error = (why: string) => `Multi-Attach error for volume ${JSON.stringify(volume.metadata.name)} Volume is already ${why}`;
  if (usersElsewhere.length === 0) return error("exclusively attached to one node and can't be attached to another");
  const local = usersElsewhere.filter((user) => user.metadata.namespace === metadata.namespace).map((user) => user.metadata.name);
  const others = usersElsewhere.length - local.length;
  if (local.length === 0) return error(`used by ${others} pod(s) in different namespaces`);
  return error(`used by pod(s) ${local.join(', ')}${others > 0 ? ` and ${others} pod(s) in different namespaces` : ''}`);
}
