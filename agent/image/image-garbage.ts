import { statfs } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ContainerRuntime, Image } from '../contract/runtime.ts';
import type { RuntimeCache } from '../contract/runtime-cache.ts';

/** The settings of the removal of images, under the names of kubelet's configuration. */
export interface ImageGarbageSettings {
  /** Percent of the disk at which images begin to go. */
  readonly highPercent: number;
  /** Percent to which they are reduced. */
  readonly lowPercent: number;
  /** An image that was seen for less is kept. */
  readonly minAgeMs: number;
  /** An image that nothing has used for longer goes, however much of the disk is free. 0: none does. */
  readonly maxAgeMs: number;
}

export const IMAGE_GARBAGE_DEFAULTS: ImageGarbageSettings = { highPercent: 85, lowPercent: 80, minAgeMs: 2 * 60_000, maxAgeMs: 0 };

export interface ImageGarbageOptions {
  readonly runtime: Pick<ContainerRuntime, 'images' | 'removeImage' | 'imageFilesystem'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: ImageGarbageSettings;
  /** Images of containers that exist and of volumes, by id or reference. */
  readonly inUse: () => Promise<ReadonlySet<string>>;
  /** Called for each image that was removed. */
  readonly onRemoved?: (reason: 'age' | 'space') => void;
  /** Called with the disk's use in percent, its size and the bytes that were freed, if the unused images were not enough. */
  readonly onShortage?: (usedPercent: number, totalBytes: number, freedBytes: number) => void;
  /** Called after each pass with the ids of the images that are left, and the time at which it began, in milliseconds since the epoch. */
  readonly onPassed?: (imageIds: readonly string[], startedAt: number) => Promise<void>;
  /** Percent of the disk that is taken, and its size; injected in tests. */
  readonly disk?: (path: string) => Promise<{ readonly usedPercent: number; readonly totalBytes: number }>;
}

export interface ImageGarbage {
  /** Removes images that nothing has used for too long, and when the disk is too full those that nothing uses, the longest unused first. */
  collect(): Promise<void>;
  /** Removes all images that nothing uses, as the node runs out of disk. */
  removeUnused(): Promise<void>;
}

/** Decides as kubelet does (pkg/kubelet/images/image_gc_manager.go). */
export function createImageGarbage(options: ImageGarbageOptions): ImageGarbage {
  const { runtime, clock, log, settings, inUse, disk = diskUse } = options;
  const firstSeen = new Map<string, number>();
  const lastUsed = new Map<string, number>();
  const used = (image: Image, names: ReadonlySet<string>) => names.has(image.id) || [...image.tags, ...image.digests].some((name) => names.has(name));

  /** The images that are left. */
  let present = new Set<string>();

  /** Looks at all images; resolves with those that may go, the longest unused first. */
  const unusedImages = async (): Promise<readonly Image[]> => {
    const images = await runtime.images();
    present = new Set(images.map(({ id }) => id));
    const names = await inUse();
    const now = clock.now();
    for (const image of images) {
      if (!firstSeen.has(image.id)) firstSeen.set(image.id, now);
      if (used(image, names)) lastUsed.set(image.id, now);
    }
    for (const id of firstSeen.keys()) if (!present.has(id)) forget(id);
    return images
      .filter((image) => !image.pinned && !used(image, names) && now - (firstSeen.get(image.id) ?? now) >= settings.minAgeMs)
      .sort((a, b) => (lastUsed.get(a.id) ?? 0) - (lastUsed.get(b.id) ?? 0));
  };
  const forget = (id: string) => {
    firstSeen.delete(id);
    lastUsed.delete(id);
  };
  const remove = async (image: Image, reason: 'age' | 'space') => {
    log.info({ image: image.tags[0] ?? image.id, reason }, 'removing an unused image');
    await runtime.removeImage(image.id);
    forget(image.id);
    present.delete(image.id);
    options.onRemoved?.(reason);
  };
  /** Removes images until so many bytes are free; resolves with the bytes that are. */
  const free = async (images: readonly Image[], bytes: number): Promise<number> => {
    let freed = 0;
    for (const image of images) {
      if (freed >= bytes) break;
      await remove(image, 'space');
      freed += image.sizeBytes;
    }
    return freed;
  };

  const pass = async (work: (unused: readonly Image[]) => Promise<void>): Promise<void> => {
    const startedAt = clock.now();
    await work(await unusedImages());
    await options.onPassed?.([...present], startedAt);
  };

  return {
    collect: () =>
      pass(async (unused) => {
        const now = clock.now();
        const isOld = ({ id }: Image) => settings.maxAgeMs > 0 && now - (lastUsed.get(id) ?? firstSeen.get(id) ?? now) > settings.maxAgeMs;
        const old = unused.filter(isOld);
        for (const image of old) await remove(image, 'age');
        const filesystem = await runtime.imageFilesystem();
        if (!filesystem) return;
        const { usedPercent, totalBytes } = await disk(filesystem.mountpoint);
        if (usedPercent < settings.highPercent) return;
        const excess = ((usedPercent - settings.lowPercent) / 100) * totalBytes;
        const freed = await free(
          unused.filter((image) => !old.includes(image)),
          excess,
        );
        if (freed < excess) options.onShortage?.(usedPercent, totalBytes, freed);
      }),
    removeUnused: () => pass(async (unused) => void (await free(unused, Number.POSITIVE_INFINITY))),
  };
}

/** Images of all containers that the runtime has, by reference and by id. */
export function imagesOfContainers(cache: RuntimeCache): ReadonlySet<string> {
  const used = new Set<string>();
  for (const uid of cache.podUids()) for (const { image, imageRef } of cache.of(uid).containers) used.add(image).add(imageRef);
  return used;
}

async function diskUse(path: string): Promise<{ usedPercent: number; totalBytes: number }> {
  const { blocks, bavail, bsize } = await statfs(path);
  return { usedPercent: 100 * (1 - bavail / blocks), totalBytes: blocks * bsize };
}
