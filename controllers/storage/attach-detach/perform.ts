import type { Node } from '../../../api/kinds/core/node/index.ts';
import { attachmentName, csiVolumeOf } from '../../../api/kinds/storage/csi-names.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import type { AttachAction, WantedVolume } from './plan.ts';
import { multiAttachText } from './plan.ts';
import type { AttachDetachKinds } from './sources.ts';

/** Remembers what pods have been told of a volume, so that they are told once. */
export interface Told {
  /** Returns whether the text is new for the volume on the node. */
  isNew(node: string, volume: string, text: string): boolean;
  forget(node: string, volume: string): void;
  /** Forgets what was told of all volumes of a node but these. */
  keep(node: string, volumes: ReadonlyMap<string, unknown>): void;
}

/** An attacher that does not answer for so long is an error of its own (csiTimeout). */
export const ATTACH_TIMEOUT_MS = 120_000;

export interface Performer {
  readonly env: ControllerEnv;
  readonly kinds: AttachDetachKinds;
  readonly told: Told;
}

const tell = ({ env }: Performer, { pods }: WantedVolume, type: 'Normal' | 'Warning', reason: string, message: string): void => {
  for (const pod of pods) env.recorder.event(pod, type, reason, message);
};

const quoted = ({ volume }: WantedVolume): string => JSON.stringify(volume.metadata.name);

/** Asks for the attachment of a volume. */
export async function attach({ env, kinds }: Performer, node: string, { name, wanted }: Extract<AttachAction, { do: 'attach' }>): Promise<void> {
  const id = csiVolumeOf(name);
  if (!id) return;
  const attachment = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName(id, node) },
    spec: { attacher: id.driver, nodeName: node, source: { persistentVolumeName: wanted.volume.metadata.name } },
  };
  await env.client.create(kinds.volumeAttachments, attachment).catch((error: unknown) => {
    // The informer has not shown it yet.
    if (!isAlreadyExists(error)) throw error;
  });
}

export function refuse(performer: Performer, node: string, { name, wanted }: Extract<AttachAction, { do: 'refuse' }>): void {
  if (!performer.told.isNew(node, name, 'Multi-Attach')) return;
  for (const pod of wanted.pods) performer.env.recorder.event(pod, 'Warning', 'FailedAttachVolume', multiAttachText(wanted, pod));
}

/** Tells pods how the attacher has failed. Returns the time until a look at one that does not answer. Milliseconds. */
export function awaitAttacher(
  performer: Performer,
  node: string,
  { name, wanted, attachment }: Extract<AttachAction, { do: 'await' }>,
): number | undefined {
  const { env, told } = performer;
  const failed = (why: string) =>
    tell(performer, wanted, 'Warning', 'FailedAttachVolume', `AttachVolume.Attach failed for volume ${quoted(wanted)} : ${why}`);
  const { attachError } = attachment.status ?? {};
  if (attachError) {
    if (told.isNew(node, name, `${attachError.time} ${attachError.message}`)) failed(attachError.message ?? '');
    return undefined;
  }
  const waitedMs = env.clock.now() - Date.parse(attachment.metadata.creationTimestamp);
  const periods = Math.floor(waitedMs / ATTACH_TIMEOUT_MS);
  if (periods > 0 && told.isNew(node, name, `timeout ${periods}`)) {
    const handle = csiVolumeOf(name)?.handle ?? '';
    failed(`timed out waiting for external-attacher of ${wanted.driver} CSI driver to attach volume ${handle}`);
  }
  return ATTACH_TIMEOUT_MS * (periods + 1) - waitedMs;
}

export function confirm(performer: Performer, node: string, { name, wanted }: Extract<AttachAction, { do: 'confirm' }>): void {
  performer.told.forget(node, name);
  tell(performer, wanted, 'Normal', 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume ${quoted(wanted)} `);
}

/**
 * Detaches a volume, unless its node says by now that it is in use: the informers may lag behind. Returns whether it did.
 */
export async function detach({ env, kinds }: Performer, node: string, action: Extract<AttachAction, { do: 'detach' }>): Promise<boolean> {
  const { name, attachment, forced } = action;
  if (!forced) {
    const fresh = await unlessGone(env.client.get(kinds.nodes, { namespace: '', name: node }));
    if (fresh?.status?.volumesInUse?.includes(name)) return false;
  } else env.log.info({ node, volume: name }, 'a volume is detached though its node may still use it');
  await unlessGone(env.client.delete(kinds.volumeAttachments, keyOf(attachment), { preconditions: { uid: attachment.metadata.uid } }));
  return true;
}

/** Writes the list of attached volumes to a node's status, where it differs. Volumes that others attach stay. */
export async function report({ env, kinds }: Performer, node: Live<Node>, attached: readonly string[]): Promise<void> {
  const before = node.status?.volumesAttached ?? [];
  const names = new Set(attached);
  const kept = before.filter(({ name }) => csiVolumeOf(name) === undefined || names.has(name));
  const known = new Set(kept.map(({ name }) => name));
  const after = [...kept, ...attached.filter((name) => !known.has(name)).map((name) => ({ name, devicePath: '' }))];
  if (after.length === before.length && kept.length === before.length) return;
  const body = { status: { volumesAttached: after.length > 0 ? after : null } };
  await unlessGone(env.client.patch(kinds.nodes, keyOf(node), { type: 'merge', body }, { subresource: 'status' }));
}
