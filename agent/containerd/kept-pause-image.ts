import { createSharedRuns } from '../../base/shared-runs.ts';
import type { ContainerRuntime, Image } from '../contract/runtime.ts';
import { PAUSE_IMAGE } from './pause-image.ts';

/**
 * Keeps the pause image, without which no pod starts and which no registry has. It counts as pinned: containerd pins it by itself from 1.7 on
 * only, and no container uses it, so that it would be the first to go when the disk is full. If somebody has removed it all the same,
 * `restore` puts it back as the next sandbox asks for it.
 */
export function keepPauseImage(runtime: ContainerRuntime, restore: () => Promise<unknown>): ContainerRuntime {
  const share = createSharedRuns<unknown>();
  const pinned = (image: Image): Image => (image.tags.includes(PAUSE_IMAGE) ? { ...image, pinned: true } : image);

  return {
    ...runtime,
    images: async () => (await runtime.images()).map(pinned),
    async runSandbox(config, handler) {
      try {
        return await runtime.runSandbox(config, handler);
      } catch (error) {
        if (!(error instanceof Error && error.message.includes(`failed to get sandbox image "${PAUSE_IMAGE}"`))) throw error;
        await share(PAUSE_IMAGE, restore);
        return runtime.runSandbox(config, handler);
      }
    },
  };
}
