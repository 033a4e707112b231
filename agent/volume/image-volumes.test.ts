import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import type { Image } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { createImageVolumes, imageDirectory } from './image-volumes.ts';

let root: string;
let directories: PodDirectories;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'image-volumes-'));
  directories = podDirectories(root);
});
afterEach(() => removeDirectory(root));

const image = (digit: string): Image => ({ id: `sha256:${digit.repeat(64)}`, tags: [], digests: [], sizeBytes: 1, username: '', pinned: false });

function setup(mounts: (imageId: string, key: string) => Promise<[]> = async () => []) {
  const calls: string[] = [];
  const volumes = createImageVolumes(
    {
      imageMounts(imageId, key) {
        calls.push(`view ${imageId.slice(0, 9)} ${key.slice(root.length)}`);
        return mounts(imageId, key);
      },
      releaseImageMounts: async (key) => void calls.push(`release ${key.slice(root.length)}`),
    },
    directories,
  );
  return { calls, volumes };
}

const placeOf = (uid: string, volume: string, digit: string) => `/pods/${uid}/volumes/kubernetes.io~image/${volume}/${digit.repeat(64)}`;

describe('a volume that is an image', () => {
  it('has a directory for each image that it has stood for, which is the key of the content', async () => {
    const { calls, volumes } = setup();
    expect(await volumes.mount('u1', 'model', image('a'))).toBe(root + placeOf('u1', 'model', 'a'));
    await volumes.mount('u1', 'model', image('b'));
    await volumes.mount('u2', 'model', image('a'));
    expect(calls).toEqual([
      `view sha256:aa ${placeOf('u1', 'model', 'a')}`,
      `view sha256:bb ${placeOf('u1', 'model', 'b')}`,
      `view sha256:aa ${placeOf('u2', 'model', 'a')}`,
    ]);
    expect(await volumes.images()).toEqual(new Set([image('a').id, image('b').id]));
  });

  it('is mounted once for containers that start at the same time', async () => {
    const { calls, volumes } = setup();
    await Promise.all([volumes.mount('u1', 'model', image('a')), volumes.mount('u1', 'model', image('a'))]);
    expect(calls).toHaveLength(1);
  });

  it('is let go of with its pod, by an agent that has not mounted it too', async () => {
    await setup().volumes.mount('u1', 'model', image('a'));
    await setup().volumes.mount('u2', 'model', image('a'));
    const { calls, volumes } = setup();
    await volumes.release('u1');
    await volumes.release('nobody');
    expect(calls).toEqual([`release ${placeOf('u1', 'model', 'a')}`]);
  });

  it('says why it cannot be mounted', async () => {
    const { volumes } = setup(() => Promise.reject(new RuntimeError('NotFound', 'parent snapshot does not exist')));
    await expect(volumes.mount('u1', 'model', image('a'))).rejects.toThrow(
      'ImageVolumeMountFailed: rpc error: code = NotFound desc = parent snapshot does not exist',
    );
  });
});

describe('a path within an image', () => {
  beforeEach(async () => {
    await mkdir(join(root, 'content', 'data'), { recursive: true });
    await mkdir(join(root, 'outside'));
    await writeFile(join(root, 'content', 'file'), '');
    await symlink('data', join(root, 'content', 'link'));
    await symlink('../outside', join(root, 'content', 'out'));
    await symlink('/', join(root, 'content', 'slash'));
  });

  it.each([
    ['a directory', 'data', 'data'],
    ['the whole content', '.', ''],
    ['a link to a directory in it', 'link', 'data'],
  ])('is %s', async (_case, subPath, found) => {
    expect(await imageDirectory(join(root, 'content'), subPath)).toBe(join(root, 'content', found));
  });

  it.each([
    ['is not there', 'none', 'no such file or directory'],
    ['is a file', 'file', 'only directory subpath is supported'],
    ['leads out of it', 'out', 'path escapes from parent'],
    ['is a link to the node’s root', 'slash', 'path escapes from parent'],
  ])('is refused if it %s', async (_case, subPath, why) => {
    await expect(imageDirectory(join(root, 'content'), subPath)).rejects.toThrow(
      `ImageVolumeMountFailed: failed to ensure image subpath "${subPath}": ${why}`,
    );
  });
});
