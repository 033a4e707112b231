import { readFile } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { Message } from '../../base/protobuf/message.ts';
import { snapshotterFile } from '../containerd/layout.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import type { Channel } from './channel.ts';
import * as c from './container-messages.ts';
import * as n from './node-messages.ts';
import * as s from './snapshot-messages.ts';
import { unlessGone } from './unless-gone.ts';

/** containerd removes what nothing refers to, unless it bears this label (https://github.com/containerd/containerd/blob/main/docs/garbage-collection.md). */
const ROOT_LABEL = 'containerd.io/gc.root';

/**
 * The content of images as views of containerd's snapshots, which each of its versions can make. The CRI has mounts of images of its own,
 * which containerd knows from 2.1 on, and paths within them from 2.2 on.
 */
export function createImageMounts(channel: Channel, socketPath: string, clock: Clock): Pick<ContainerRuntime, 'imageMounts' | 'releaseImageMounts'> {
  const snapshots = <In, Out>(method: string, request: Message<unknown, In>, response: Message<Out, never>, value: In) =>
    channel.call(`/containerd.services.snapshots.v1.Snapshots/${method}`, request, response, value);
  const snapshotter = () => readFile(snapshotterFile(socketPath), 'utf8');

  /** The name of the snapshot that has all layers of an image. */
  const topLayer = async (imageId: string): Promise<string> => {
    const request = { image: { image: imageId }, verbose: true };
    const answer = await channel.call('/runtime.v1.ImageService/ImageStatus', c.ImageRequest, c.ImageStatusResponse, request);
    if (!answer.image) throw new RuntimeError('NotFound', `image ${imageId} is not on this node`);
    const { chainID }: { readonly chainID?: string } = JSON.parse(answer.info.info ?? '{}');
    if (!chainID) throw new RuntimeError('Internal', `the runtime does not tell the layers of image ${imageId}`);
    return chainID;
  };

  return {
    async imageMounts(imageId, key) {
      const [parent, name] = await Promise.all([topLayer(imageId), snapshotter()]);
      const labels = { [ROOT_LABEL]: new Date(clock.now()).toISOString() };
      try {
        return (await snapshots('View', s.ViewSnapshotRequest, s.MountsResponse, { snapshotter: name, key, parent, labels })).mounts;
      } catch (error) {
        if (!(error instanceof RuntimeError && error.code === 'AlreadyExists')) throw error;
        return (await snapshots('Mounts', s.SnapshotRequest, s.MountsResponse, { snapshotter: name, key })).mounts;
      }
    },
    async releaseImageMounts(key) {
      await unlessGone(snapshots('Remove', s.SnapshotRequest, n.Empty, { snapshotter: await snapshotter(), key }));
    },
  };
}
