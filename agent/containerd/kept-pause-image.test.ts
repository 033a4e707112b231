import { describe, expect, it } from '@jest/globals';
import type { ContainerRuntime, Image } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { keepPauseImage } from './kept-pause-image.ts';
import { PAUSE_IMAGE } from './pause-image.ts';

const image = (id: string, tag: string): Image => ({ id, tags: [tag], digests: [], sizeBytes: 1, username: '', pinned: false });
const config = { metadata: { name: 'p', namespace: 'n', uid: 'u', attempt: 0 } } as Parameters<ContainerRuntime['runSandbox']>[0];

describe('the pause image', () => {
  it('counts as pinned where containerd does not pin it', async () => {
    const runtime = { images: async () => [image('1', PAUSE_IMAGE), image('2', 'nginx:1')] } as unknown as ContainerRuntime;
    const images = await keepPauseImage(runtime, async () => {}).images();
    expect(images.map(({ id, pinned }) => [id, pinned])).toEqual([
      ['1', true],
      ['2', false],
    ]);
  });

  it('is put back once for all sandboxes that miss it', async () => {
    let isThere = false;
    let restored = 0;
    const runSandbox = async () => {
      if (!isThere) throw new RuntimeError('Unknown', `failed to get sandbox image "${PAUSE_IMAGE}": failed to pull image`);
      return 'sandbox';
    };
    const runtime = keepPauseImage({ runSandbox } as unknown as ContainerRuntime, async () => {
      restored++;
      isThere = true;
    });
    expect(await Promise.all([runtime.runSandbox(config), runtime.runSandbox(config)])).toEqual(['sandbox', 'sandbox']);
    expect(restored).toBe(1);
  });

  it('has nothing to do with other failures', async () => {
    const runSandbox = () => Promise.reject(new RuntimeError('Unknown', 'no network'));
    const runtime = keepPauseImage({ runSandbox } as unknown as ContainerRuntime, () => Promise.reject(new Error('not asked for')));
    await expect(runtime.runSandbox(config)).rejects.toThrow('no network');
  });
});
