import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import type { PersistentVolume, PersistentVolumeSpec } from './index.ts';
import { persistentVolumes } from './index.ts';

const { strategy } = persistentVolumes;
const spec: PersistentVolumeSpec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], nfs: { server: 's', path: '/p' } };

describe('a PersistentVolume', () => {
  it.each<[string, PersistentVolumeSpec, string]>([
    ['has storage and nothing else', { capacity: { storage: '1Gi', cpu: '1' } }, 'spec.capacity: Unsupported value'],
    ['has a source', { nfs: undefined }, 'spec: Required value: must specify a volume type'],
    ['has one source', { hostPath: { path: '/a' } }, 'spec.nfs: Forbidden: may not specify more than 1 volume type'],
    ['can be mounted by one pod or by several', { accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'] }, 'spec.accessModes: Forbidden'],
    [
      'says where a local disk is',
      { nfs: undefined, local: { path: '/d' } },
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
    ['has attributes of CSI only', { volumeAttributesClassName: 'fast' }, 'spec.csi: Required value: has to be specified when using'],
  ])('%s', (...[, change, expected]) => {
    expect(createErrors(strategy, { spec: { ...spec, ...change } })).toEqual([expect.stringContaining(expected)]);
  });

  it('keeps its source, but may grow', () => {
    const old = stored<PersistentVolume>(strategy, { spec });
    const errorsOf = (change: PersistentVolumeSpec) =>
      updateErrors(strategy, old, (next) => {
        next.spec = { ...next.spec, ...change };
      });
    expect(errorsOf({ capacity: { storage: '2Gi' } })).toEqual([]);
    expect(errorsOf({ nfs: { server: 't', path: '/p' } })).toEqual([
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n' +
        '- nfs: {"server":"s","path":"/p"}\n+ nfs: {"server":"t","path":"/p"}',
    ]);
  });
});
