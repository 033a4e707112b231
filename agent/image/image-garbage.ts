import { statfs } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ContainerRuntime, Image } from '../contract/runtime.ts';
import type { RuntimeCache } from '../contract/runtime-cache.ts';

/** kubelet's defaults: percent of the disk at which images begin to go, and to which they are reduced. */
const HIGH_PERCENT = 85;
const LOW_PERCENT = 80;
const MIN_AGE_MS = 2 * 60_000;

export interface ImageGarbageOptions {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Images of containers that exist, by id or reference. */
  readonly inUse: () => ReadonlySet<string>;
  /** Percent of the disk that is taken, and its size; injected in tests. */
  readonly disk?: (path: string) => Promise<{ readonly usedPercent: number; readonly totalBytes: number }>;
}

export interface ImageGarbage {
  /** Removes images that nothing uses, the longest unused first, when the disk is too full. */
  collect(): Promise<void>;
}

export function createImageGarbage({ runtime, clock, log, inUse, disk = diskUse }: ImageGarbageOptions): ImageGarbage {
  const firstSeen = new Map<string, number>();
  const lastUsed = new Map<string, number>();
  const used = (image: Image, names: ReadonlySet<string>) => names.has(image.id) || [...image.tags, ...image.digests].some((name) => names.has(name));
  return {
    async collect() {
      const images = await runtime.images();
      const names = inUse();
      const now = clock.now();
      for (const image of images) {
        if (!firstSeen.has(image.id)) firstSeen.set(image.id, now);
        if (used(image, names)) lastUsed.set(image.id, now);
      }
      const filesystem = await runtime.imageFilesystem();
      if (!filesystem) return;
      const { usedPercent, totalBytes } = await disk(filesystem.mountpoint);
      if (usedPercent < HIGH_PERCENT) return;
      let excess = ((usedPercent - LOW_PERCENT) / 100) * totalBytes;
      const unused = images
        .filter((image) => !image.pinned && !used(image, names) && now - (firstSeen.get(image.id) ?? now) >= MIN_AGE_MS)
        .sort((a, b) => (lastUsed.get(a.id) ?? 0) - (lastUsed.get(b.id) ?? 0));
      for (const image of unused) {
        if (excess <= 0) return;
        log.info({ image: image.tags[0] ?? image.id, usedPercent }, 'removing an unused image: the disk is full');
        await runtime.removeImage(image.id);
        firstSeen.delete(image.id);
        lastUsed.delete(image.id);
        excess -= image.sizeBytes;
      }
    },
  };
}

/** Images of all containers that the runtime has, by reference and by id. */
export function imagesInUse(cache: RuntimeCache): ReadonlySet<string> {
  const used = new Set<string>();
  for (const uid of cache.podUids()) for (const { image, imageRef } of cache.of(uid).containers) used.add(image).add(imageRef);
  return used;
}

async function diskUse(path: string): Promise<{ usedPercent: number; totalBytes: number }> {
  const { blocks, bavail, bsize } = await statfs(path);
  return { usedPercent: 100 * (1 - bavail / blocks), totalBytes: blocks * bsize };
}
