import { attachmentName, csiVolumeName } from '../../api/kinds/storage/csi-names.ts';
import { volumeAttachments } from '../../api/kinds/storage/volume-attachment.ts';
import { hasReason, isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import { MountError } from '../contract/pod-volumes.ts';
import type { VolumeSpec } from './volume-spec.ts';

export type PublishContext = Readonly<Record<string, string>>;

export interface AttachmentOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly nodeName: string;
  /** Returns the volumes in use that the node's status has told the cluster. */
  readonly reportedInUse: () => readonly string[];
  /** Writes the node's status soon. */
  readonly reportNode: () => void;
}

const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 2_000;
const GROWTH = 1.5;
/** kubelet's podAttachAndMountTimeout: then the pod's event says what is waited for, and the wait begins anew. */
const TIMEOUT_MS = 123_000;

/** Reads what the attacher has handed over to the node. Resolves with undefined if the volume is not attached. */
async function attachedContext({ client, nodeName }: AttachmentOptions, spec: VolumeSpec): Promise<PublishContext | undefined> {
  try {
    const { metadata, status } = await client.get(volumeAttachments, { namespace: '', name: attachmentName(spec, nodeName) });
    // One that is being deleted may be detached at any moment.
    return status?.attached && metadata.deletionTimestamp === undefined ? (status.attachmentMetadata ?? {}) : undefined;
  } catch (error) {
    // A node may not read attachments that are not its own: one that is not there is nobody's.
    if (isNotFound(error) || hasReason(error, 'Forbidden')) return undefined;
    throw error;
  }
}

/**
 * Waits until the cluster knows that the volume is in use here, so that it stays attached, and until it is attached; or until it need not be.
 * @throws MountError in kubelet's words if that takes too long, or the pod ends
 */
export async function waitForAttachment(
  spec: VolumeSpec,
  volumeName: string,
  isRequired: () => Promise<boolean>,
  options: AttachmentOptions,
  ending: AbortSignal,
): Promise<PublishContext> {
  const { clock } = options;
  const name = csiVolumeName(spec);
  const fail = (why: string) =>
    new MountError(
      `Unable to attach or mount volumes: unmounted volumes=[${volumeName}], unattached volumes=[${volumeName}], failed to process volumes=[]: ${why}`,
    );
  const deadline = clock.monotonic() + TIMEOUT_MS;
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LAST_LOOK_MS, waitMs * GROWTH)) {
    if (ending.aborted) throw fail('context canceled');
    if (!(await isRequired())) return {};
    if (options.reportedInUse().includes(name)) {
      const context = await attachedContext(options, spec);
      if (context) return context;
    } else options.reportNode();
    if (clock.monotonic() >= deadline) throw fail('context deadline exceeded');
    await sleep(clock, waitMs, ending);
  }
}
