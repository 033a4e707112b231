import { readFileSync } from 'node:fs';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../api/pod/spec/pod-spec.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { readMountTable } from '../host/mount-table.ts';
import { mediumPageSize, memoryVolumeBytes, prepareEmptyDir } from './empty-dir.ts';
import { isMountPoint, mountsUnder, unmountUnder } from './mount-command.ts';

const MI = 2 ** 20;
const NODE = { memory: '1Gi' };

describe('an emptyDir in memory', () => {
  const limited = (memory: string): PodSpec => ({ containers: [aContainer('c', { resources: { limits: { memory } } })] });
  const partly: PodSpec = { containers: [...limited('64Mi').containers, aContainer('d')] };
  const whole: PodSpec = { containers: [aContainer('c')], resources: { limits: { memory: '128Mi' } } };
  it.each<[string, PodSpec, string | undefined, number]>([
    ['all memory that pods may use', { containers: [aContainer('c')] }, undefined, 1024],
    ['the pod’s limit, where that is less', limited('64Mi'), undefined, 64],
    ['the pod’s limit as a whole', whole, undefined, 128],
    ['its own limit, where that is less than the pod’s', limited('64Mi'), '8Mi', 8],
    ['no more than the pod’s limit, whatever its own', limited('64Mi'), '100Mi', 64],
    ['no more than the node’s memory, whatever the limits', limited('4Gi'), '2Gi', 1024],
    ['as if it had no limit, if that is 0', limited('64Mi'), '0', 64],
    ['as if the pod had no limit, if one of its containers has none', partly, undefined, 1024],
  ])('holds %s', (_what, spec, sizeLimit, expected) => {
    expect(memoryVolumeBytes(aPod(spec), { medium: 'Memory', sizeLimit }, NODE)).toBe(expected * MI);
  });
});

describe('an emptyDir of huge pages', () => {
  const asking = (...names: string[]) =>
    aContainer('c', { resources: { requests: { memory: '1Gi', ...Object.fromEntries(names.map((name) => [`hugepages-${name}`, '1Gi'])) } } });
  const one = { containers: [asking('2Mi')] };
  const whole = (size: string): PodSpec => ({ containers: [asking()], resources: { requests: { [`hugepages-${size}`]: '1Gi' } } });
  const two = { containers: [asking('2Mi')], initContainers: [asking('1Gi')] };

  it.each<[string, string, PodSpec, number]>([
    ['the only size that the pod asks for', 'HugePages', one, 2 * MI],
    ['the only size, whoever asks for it', 'HugePages', { containers: [asking('2Mi')], initContainers: [asking('2048Ki')] }, 2 * MI],
    ['the size that the pod as a whole asks for', 'HugePages', whole('1Gi'), 1024 * MI],
    ['the size that the medium names', 'HugePages-1Gi', two, 1024 * MI],
  ])('has pages of %s', (_what, medium, spec, expected) => {
    expect(mediumPageSize(aPod(spec), medium)).toBe(expected);
  });

  const none = 'hugePages storage requested, but there is no resource request for huge pages';
  it.each<[string, PodSpec, string]>([
    ['HugePages', { containers: [asking()] }, `medium HugePages: ${none}`],
    ['HugePages-1Gi', one, `medium HugePages-1Gi: ${none}`],
    ['HugePages', two, "medium: HugePages can't be used if container requests multiple huge page sizes"],
    ['HugePages-many', one, 'quantities must match the regular expression'],
    ['Tape', one, 'unknown storage medium "Tape"'],
  ])('of the medium %s is refused if the pod’s requests do not fit', async (medium, spec, message) => {
    await expect(prepareEmptyDir('/nowhere', aPod(spec), { medium }, NODE)).rejects.toThrow(message);
  });

  describe('that is made', () => {
    let path = '';
    beforeEach(async () => {
      path = await mkdtemp(join(tmpdir(), 'empty-dir-'));
    });
    afterEach(async () => {
      await unmountUnder(path);
      await removeDirectory(path);
    });

    const isMountable = process.getuid?.() === 0 && readFileSync('/proc/filesystems', 'utf8').includes('hugetlbfs');
    (isMountable ? it : it.skip)('is mounted once, and writable for the pod’s group', async () => {
      const pod = aPod({ ...one, securityContext: { fsGroup: 1000 } });
      await prepareEmptyDir(path, pod, { medium: 'HugePages-2Mi' }, NODE);
      await prepareEmptyDir(path, pod, { medium: 'HugePages-2Mi' }, NODE);
      expect(await mountsUnder(path)).toEqual([path]);
      const mount = (await readMountTable()).find(({ point }) => point === path);
      expect(mount).toMatchObject({ type: 'hugetlbfs', superOptions: expect.arrayContaining(['pagesize=2M']) });
      const { mode, gid } = await stat(path);
      expect([(mode & 0o7777).toString(8), gid]).toEqual(['2777', 1000]);
    });

    (isMountable ? it : it.skip)('tells of a size that the kernel does not have', async () => {
      const spec = { containers: [asking('3Mi')] };
      await expect(prepareEmptyDir(path, aPod(spec), { medium: 'HugePages' }, NODE)).rejects.toThrow(
        /^mount failed: exit status \d+\nMounting command: mount\nMounting arguments: -t hugetlbfs -o pagesize=3Mi nodev /,
      );
      expect(await isMountPoint(path)).toBe(false);
    });
  });
});
