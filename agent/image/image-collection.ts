import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import { nodeReference } from '../contract/node-reference.ts';
import type { ImageGarbage } from './image-garbage.ts';

/** Returns the regular removal of images, which tells on the node of failures that repeat (pkg/kubelet, StartGarbageCollection). It fails as `garbage` does. */
export function imageCollection(garbage: Pick<ImageGarbage, 'collect'>, recorder: EventRecorder, nodeName: string): () => Promise<void> {
  let hasFailed = false;
  return async () => {
    try {
      await garbage.collect();
      hasFailed = false;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (hasFailed) recorder.event(nodeReference(nodeName), 'Warning', 'ImageGCFailed', message);
      hasFailed = true;
      throw error;
    }
  };
}
