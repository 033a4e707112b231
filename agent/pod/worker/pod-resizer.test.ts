import { describe, expect, it } from '@jest/globals';
import type { PodCgroup } from '../../contract/cgroups.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { noCgroups } from '../../simulated/simulated-parts.ts';
import { resizePod } from './pod-resizer.ts';
import type { ContainerResize } from './worker-action.ts';

const MI = 2 ** 20;
const sized = (cpu: string, memory: string) =>
  aPod({ containers: [aContainer('c')], resources: { requests: { cpu, memory }, limits: { cpu, memory } } });

/** A node that writes down what is set on it: `pod 2000 64` for CPU (thousandths) and memory (Mi) of the pod's cgroup. */
function node(usage: Readonly<Record<string, number>> = { podu1: 0, c0: 0 }) {
  const done: string[] = [];
  return {
    done,
    cgroupRoot: '/k',
    podMaxPids: 0,
    cgroups: {
      ...noCgroups,
      async apply({ cpuLimitMilli, memoryLimitBytes }: PodCgroup) {
        done.push(`pod ${cpuLimitMilli} ${memoryLimitBytes / MI}`);
        return false;
      },
      memoryUsage: async (path: string) => usage[path.slice(path.lastIndexOf('/') + 1)],
    },
    runtime: {
      simulated: false,
      updateResources: async (id: string) => {
        done.push(id);
      },
    },
  };
}
const container = (memory: number, lowersMemory: boolean, id = 'c0'): ContainerResize => ({
  name: 'c',
  id,
  wanted: { limits: { memory: String(memory) } },
  resources: { memory_limit_in_bytes: memory },
  lowersMemory,
});
const resize = (from: string, to: string, containers: readonly ContainerResize[], on: ReturnType<typeof node>) => {
  const [before, after] = [from, to].map((text) => sized(...(text.split(' ') as [string, string])));
  return resizePod({ type: 'resize', held: before ?? aPod(), containers }, after ?? aPod(), on);
};

describe('a resize of a pod', () => {
  it.each([
    ['more of both', '1 64Mi', '2 128Mi', ['pod 2000 128', 'c0', 'pod 2000 128']],
    ['less of both', '2 128Mi', '1 64Mi', ['pod 2000 128', 'c0', 'pod 1000 64']],
    ['more of one and less of the other', '1 128Mi', '2 64Mi', ['pod 2000 128', 'c0', 'pod 2000 64']],
  ])('to %s widens the cgroup of the pod before those of its containers, and narrows it after them', async (_what, from, to, expected) => {
    const on = node();
    const result = await resize(from, to, [container(1, false)], on);
    expect(result).toMatchObject({ type: 'resized', given: new Map([['c0', { limits: { memory: '1' } }]]) });
    expect(on.done).toEqual(expected);
  });

  it('that adds a limit leaves the pod without one until its containers have theirs', async () => {
    const on = node();
    const pod = sized('1', '64Mi');
    await resizePod(
      { type: 'resize', held: aPod({ containers: [aContainer('c', { resources: { requests: { cpu: '1' } } })] }), containers: [] },
      pod,
      on,
    );
    expect(on.done).toEqual(['pod 0 0', 'pod 1000 64']);
  });

  const below = (what: string, limit: number, usage: number) =>
    `attempting to set ${what} memory limit (${limit * MI}) below current usage (${usage * MI})`;
  it.each<[string, readonly ContainerResize[], Readonly<Record<string, number>>, string]>([
    ['the pod', [], { podu1: 64 * MI }, below('pod', 64, 64)],
    ['a container', [container(64 * MI, true)], { podu1: 1, c0: 65 * MI }, below('container "c"', 64, 65)],
    ['both', [container(64 * MI, true)], { podu1: 70 * MI, c0: 65 * MI }, `[${below('pod', 64, 70)}, ${below('container "c"', 64, 65)}]`],
    ['one that nothing is known of', [], {}, 'missing pod memory usage'],
  ])('changes nothing if %s uses more memory than it would be left', async (_what, containers, usage, message) => {
    const on = node(usage);
    expect(await resize('1 128Mi', '1 64Mi', containers, on)).toMatchObject({
      type: 'resizeFailed',
      message: `cannot decrease memory limits: ${message}`,
    });
    expect(on.done).toEqual([]);
  });

  it('tells which containers have changed when it fails', async () => {
    const on = node();
    const updateResources = on.runtime.updateResources;
    on.runtime.updateResources = async (id) => {
      if (id === 'c1') throw new Error('the runtime is gone');
      await updateResources(id);
    };
    const result = await resize('1 64Mi', '2 64Mi', [container(1, false), container(1, false, 'c1')], on);
    expect(result).toMatchObject({ type: 'resizeFailed', message: 'the runtime is gone', given: new Map([['c0', { limits: { memory: '1' } }]]) });
    expect(on.done).toEqual(['pod 2000 64', 'c0']);
  });
});
