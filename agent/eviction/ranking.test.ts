import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { shortageText } from './eviction-text.ts';
import { hasStorageLimit, storageExcess } from './local-storage.ts';
import type { ContainerUse, PodUse } from './pod-usage.ts';
import { ranked } from './ranking.ts';
import type { Threshold } from './threshold.ts';

const MI = 2 ** 20;
const disk = (bytes: number, inodes = 0) => ({ bytes, inodes });
const container = (more: Partial<ContainerUse> = {}): ContainerUse => ({ name: 'c', memoryBytes: 0, rootfs: disk(0), logs: disk(0), ...more });
const use = (more: Partial<ContainerUse> = {}, of: Partial<PodUse> = {}): PodUse => ({
  containers: [container(more)],
  volumes: new Map(),
  processes: 1,
  ...of,
});
const pod = (name: string, requests: Record<string, string> = {}, priority = 0): Live<Pod> =>
  aPod({ priority, containers: [aContainer('c', { resources: { requests } })] }, { name, uid: name });

describe('the order of evictions', () => {
  const order = (signal: Threshold['signal'], pods: readonly [Live<Pod>, PodUse | undefined][], dedicated = false) => {
    const uses = new Map(pods.map(([{ metadata }, each]) => [metadata.uid, each]));
    const all = pods.map(([each]) => each);
    return ranked(all, signal, ({ metadata }) => uses.get(metadata.uid), dedicated).map(({ metadata }) => metadata.name);
  };

  it('for memory is by excess over the request, then by priority, then by the size of the excess', () => {
    expect(
      order('memory.available', [
        [pod('modest', { memory: '100Mi' }), use({ memoryBytes: 50 * MI })],
        [pod('important', {}, 10), use({ memoryBytes: 500 * MI })],
        [pod('small'), use({ memoryBytes: 10 * MI })],
        [pod('large', { memory: '10Mi' }), use({ memoryBytes: 100 * MI })],
        [pod('unknown'), undefined],
      ]),
    ).toEqual(['unknown', 'large', 'small', 'important', 'modest']);
  });

  it('for processes is by priority, then by their number', () => {
    expect(
      order('pid.available', [
        [pod('few'), use({}, { processes: 2 })],
        [pod('important', {}, 10), use({}, { processes: 1_000 })],
        [pod('many'), use({}, { processes: 20 })],
      ]),
    ).toEqual(['many', 'few', 'important']);
  });

  it('for a disk is by all that pods have there, or by what is on the file system that is full', () => {
    const layers: [Live<Pod>, PodUse] = [pod('layers'), use({ rootfs: disk(9, 1) })];
    const logs: [Live<Pod>, PodUse] = [pod('logs'), use({ logs: disk(5, 5), rootfs: disk(1) }, { volumes: new Map([['v', disk(2, 2)]]) })];
    expect(order('nodefs.available', [logs, layers])).toEqual(['layers', 'logs']);
    expect(order('nodefs.available', [layers, logs], true)).toEqual(['logs', 'layers']);
    expect(order('imagefs.available', [logs, layers], true)).toEqual(['layers', 'logs']);
    expect(order('nodefs.inodesFree', [layers, logs])).toEqual(['logs', 'layers']);
  });
});

describe('the message of an eviction', () => {
  it('names the shortage and the containers that use more than they asked for', () => {
    const met: Threshold[] = [{ signal: 'memory.available', amount: { value: 100 * MI }, graceMs: 0 }];
    const observations = new Map([['memory.available', { available: 95 * MI + 512 * 1024, capacity: 2 ** 33 }]] as const);
    const text = shortageText('memory', pod('p', { memory: '10Mi' }), use({ memoryBytes: 300 * MI }), met, observations);
    expect(text).toBe(
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 97792Ki. ' +
        'Container c was using 300Mi, request is 10Mi, has larger consumption of memory. ',
    );
    expect(shortageText('pids', pod('p'), use(), [], new Map())).toBe('The node was low on resource: pids. ');
    expect(shortageText('ephemeral-storage', pod('p'), use({ rootfs: disk(1_000), logs: disk(24) }), [], new Map())).toContain(
      'Container c was using 1Ki, request is 0, has larger consumption of ephemeral-storage. ',
    );
  });
});

describe('limits of local storage', () => {
  const limited = (limit: string) => aPod({ containers: [aContainer('c', { resources: { limits: { 'ephemeral-storage': limit } } })] });
  const volume = (emptyDir: object) => aPod({ volumes: [{ name: 'cache', emptyDir }] });

  it('are those of emptyDirs on the disk, of containers, and of the pod', () => {
    expect([aPod(), volume({}), volume({ sizeLimit: '1Mi', medium: 'Memory' })].map(hasStorageLimit)).toEqual([false, false, false]);
    expect(hasStorageLimit(volume({ sizeLimit: '1Mi', medium: 'HugePages' }))).toBe(false);
    expect([limited('1Mi'), volume({ sizeLimit: '1Mi' })].map(hasStorageLimit)).toEqual([true, true]);
  });

  it.each<[string, Pod, PodUse, string | undefined]>([
    ['an emptyDir at its limit', volume({ sizeLimit: '5Mi' }), use({}, { volumes: new Map([['cache', disk(5 * MI)]]) }), undefined],
    [
      'an emptyDir over its limit',
      volume({ sizeLimit: '5Mi' }),
      use({}, { volumes: new Map([['cache', disk(5 * MI + 1)]]) }),
      'Usage of EmptyDir volume "cache" exceeds the limit "5Mi". ',
    ],
    [
      'a pod over the limits of its containers',
      limited('5Mi'),
      use({ rootfs: disk(3 * MI), logs: disk(3 * MI) }),
      'Pod ephemeral local storage usage exceeds the total limit of containers 5Mi. ',
    ],
    [
      'a container over its own limit',
      aPod({
        containers: ['c', 'd'].map((name) => aContainer(name, { resources: { limits: { 'ephemeral-storage': '5Mi' } } })),
      }),
      use({ rootfs: disk(6 * MI) }),
      'Container c exceeded its local ephemeral storage limit "5Mi". ',
    ],
  ])('%s', (_what, which, used, message) => {
    expect(storageExcess(which, used, false)?.message).toBe(message);
  });
});
