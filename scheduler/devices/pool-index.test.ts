import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadRules } from '../../api/cel/rules/loader.ts';
import { node, slice } from './devices.fixture.ts';
import type { Slice } from './pool.ts';
import { createPoolIndex } from './pool-index.ts';
import { createDeviceSelections } from './selectors.ts';

beforeAll(async () => void (await loadRules()));

/** A slice that notes each look at its content. */
function watched(original: Slice, looks: string[]): Slice {
  const { metadata, spec } = original;
  return {
    metadata,
    get spec() {
      looks.push(metadata.name);
      return spec;
    },
  };
}
const idsOn = (index: ReturnType<typeof createPoolIndex>, name: string) => index.poolsOn(node(name)).map(({ id }) => id);

describe('the pools of a node', () => {
  it('are found by a look at its own slices and the shared ones, however many nodes there are', () => {
    const looks: string[] = [];
    const index = createPoolIndex();
    for (let i = 0; i < 500; i++) index.set(watched(slice(`s${i}`, ['d'], { nodeName: `n${i}` }), looks));
    index.set(watched(slice('shared', ['d'], { allNodes: true }), looks));
    looks.length = 0;
    expect(idsOn(index, 'n7')).toEqual(['gpu.example.com/s7', 'gpu.example.com/shared']);
    expect(new Set(looks)).toEqual(new Set(['s7', 'shared']));
    const first = looks.length;
    looks.length = 0;
    idsOn(index, 'n7');
    expect(looks.length).toBeLessThan(first);
  });

  it('follow changes of slices', () => {
    const index = createPoolIndex();
    const before = slice('s', ['d1'], { nodeName: 'a' });
    index.set(before);
    index.set(slice('s', ['d1', 'd2'], { nodeName: 'a' }));
    const [pool] = index.poolsOn(node('a'));
    expect(pool?.state === 'usable' && pool.devices.map(({ device }) => device.name)).toEqual(['d1', 'd2']);
    index.delete(before);
    expect(index.poolsOn(node('a'))).toEqual([]);
    index.set(slice('t', ['d1'], { pool: 's', allNodes: true }));
    expect(idsOn(index, 'b')).toEqual(['gpu.example.com/s']);
  });
});

describe('a selector', () => {
  it('is evaluated once for a device, for all pods and nodes', () => {
    let reads = 0;
    const device = {
      name: 'd',
      get attributes() {
        reads++;
        return { model: { string: 'x' } };
      },
    };
    const index = createPoolIndex();
    index.set(slice('s', [device], { allNodes: true }));
    const selections = createDeviceSelections();
    for (const name of ['a', 'b', 'c']) {
      const [pool] = index.poolsOn(node(name));
      const [first] = pool?.state === 'usable' ? pool.devices : [];
      expect(first && selections('device.attributes["gpu.example.com"].model == "x"').matches(first)).toBe(true);
    }
    expect(reads).toBe(1);
  });

  it('that does not compile says why', () => {
    expect(createDeviceSelections()('device.x').fault).toMatch(/^compilation failed: ERROR: <input>:1:7: undefined field 'x'/);
  });
});
