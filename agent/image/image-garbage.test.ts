import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { Image } from '../contract/runtime.ts';
import type { ImageGarbageSettings } from './image-garbage.ts';
import { createImageGarbage, IMAGE_GARBAGE_DEFAULTS } from './image-garbage.ts';
import { imageShortageText } from './image-shortage.ts';

const image = (id: string, more: Partial<Image> = {}): Image => ({
  id,
  tags: [id],
  digests: [],
  sizeBytes: 100,
  username: '',
  pinned: false,
  ...more,
});

function setup(images: Image[], settings: Partial<ImageGarbageSettings> = {}) {
  const clock = createFakeClock();
  const removed: string[] = [];
  const told: string[] = [];
  const left: (readonly string[])[] = [];
  const used = new Set<string>();
  const state = { usedPercent: 50 };
  const runtime = {
    images: async () => images.filter(({ id }) => !removed.includes(id)),
    removeImage: async (id: string) => void removed.push(id),
    imageFilesystem: async () => ({ mountpoint: '/', usedBytes: 0 }),
  };
  const garbage = createImageGarbage({
    runtime,
    clock,
    log: silentLogger,
    settings: { ...IMAGE_GARBAGE_DEFAULTS, ...settings },
    inUse: async () => used,
    onRemoved: (reason) => told.push(reason),
    onPassed: async (ids) => void left.push(ids),
    onShortage: (percent, total, freed) => told.push(`short ${percent} ${total} ${freed}`),
    disk: async () => ({ usedPercent: state.usedPercent, totalBytes: 1_500 }),
  });
  return { clock, garbage, removed, told, left, used, state };
}

describe('images that nothing uses', () => {
  it('go when the disk is too full, the longest unused first, but not those in use, pinned or just pulled', async () => {
    const { clock, garbage, removed, used, state } = setup([image('pause', { pinned: true }), image('old'), image('lately'), image('used')]);
    used.add('used').add('lately');
    state.usedPercent = 95;
    await garbage.collect();
    expect(removed).toEqual([]);
    await clock.advance(180_000);
    used.delete('lately');
    state.usedPercent = 84;
    await garbage.collect();
    expect(removed).toEqual([]);
    state.usedPercent = 86;
    await garbage.collect();
    expect(removed).toEqual(['old']);
    state.usedPercent = 95;
    await garbage.collect();
    expect(removed).toEqual(['old', 'lately']);
  });

  it('go at the thresholds that were asked for, and tell if they are not enough', async () => {
    const { clock, garbage, told, state } = setup([image('a')], { highPercent: 50, lowPercent: 40 });
    state.usedPercent = 49;
    await garbage.collect();
    await clock.advance(180_000);
    state.usedPercent = 60;
    await garbage.collect();
    expect(told).toEqual(['space', 'short 60 1500 100']);
  });

  it('go after an age, if one was asked for, however much is free', async () => {
    const { clock, garbage, removed, used, told } = setup([image('used'), image('once'), image('never')], { maxAgeMs: 3_600_000 });
    used.add('used').add('once');
    await garbage.collect();
    await clock.advance(1_800_000);
    await garbage.collect();
    used.delete('once');
    await clock.advance(1_900_000);
    await garbage.collect();
    expect(removed).toEqual(['never']);
    await clock.advance(1_900_000);
    await garbage.collect();
    expect(removed).toEqual(['never', 'once']);
    expect(told).toEqual(['age', 'age']);
  });

  it('all go when the node runs out of disk', async () => {
    const { clock, garbage, removed, left, used } = setup([image('a'), image('b'), image('used')]);
    used.add('used');
    await garbage.removeUnused();
    await clock.advance(120_000);
    await garbage.removeUnused();
    expect(removed).toEqual(['a', 'b']);
    expect(left).toEqual([['a', 'b', 'used'], ['used']]);
  });
});

describe('a disk that images do not fill', () => {
  it('is told of in the words of kubelet', () => {
    expect(imageShortageText(90.7, 100 * 2 ** 30, 2 ** 30)).toBe(
      "Insufficient free disk space on the node's image filesystem (90% of 100.0 GiB used). Failed to free sufficient space by deleting unused " +
        'images (freed 1073741824 bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.',
    );
  });
});
