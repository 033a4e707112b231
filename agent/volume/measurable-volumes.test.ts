import { expect, it } from '@jest/globals';
import type { Volume } from '../../api/pod/volume/volume.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import { aPod } from '../contract/pods.fixture.ts';
import { measurableVolumes } from './measurable-volumes.ts';
import type { PersistentMount } from './persistent-mount.ts';

const mount = (path: string, more: Partial<PersistentMount> = {}): PersistentMount => ({
  volume: 'v',
  path,
  readOnly: false,
  exclusive: false,
  ...more,
});

const claimed = new Map([
  ['data', mount('/disk')],
  ['raw', mount('/dev/loop0', { device: true })],
  ['driven', mount('/csi', { csi: true })],
  ['machine', mount('/srv', { hostPath: true })],
]);
const claim = (name: string): Volume => ({ name, persistentVolumeClaim: { claimName: `c-${name}` } });

const measured = (...volumes: Volume[]) =>
  measurableVolumes(aPod({ volumes }, { uid: 'u1', name: 'web', namespace: 'shop' }), claimed, podDirectories('/d'), '/memory').map(
    ({ name, claim: of, path, by }) => [name, of?.name, path, by],
  );

it('volumes of claims are measured by their file system or device, but for those of drivers, of host paths and not set up', () => {
  expect(measured(...['data', 'raw', 'driven', 'machine', 'missing'].map(claim))).toEqual([
    ['data', 'c-data', '/disk', 'filesystem'],
    ['raw', 'c-raw', '/dev/loop0', 'device'],
  ]);
});

it('a generic ephemeral volume names the claim that was made for it', () => {
  expect(measured({ name: 'data', ephemeral: {} })).toEqual([['data', 'web-data', '/disk', 'filesystem']]);
});

it('the pod’s own volumes are measured by their files, or by their file system if they have one', () => {
  expect(
    measured(
      { name: 'cache', emptyDir: {} },
      { name: 'fast', emptyDir: { medium: 'Memory' } },
      { name: 'settings', configMap: { name: 'x' } },
      { name: 'token', projected: {} },
      { name: 'share', nfs: { server: 's', path: '/' } },
      { name: 'host', hostPath: { path: '/' } },
    ),
  ).toEqual([
    ['cache', undefined, '/d/pods/u1/volumes/kubernetes.io~empty-dir/cache', 'files'],
    ['fast', undefined, '/d/pods/u1/volumes/kubernetes.io~empty-dir/fast', 'filesystem'],
    ['settings', undefined, '/d/pods/u1/volumes/kubernetes.io~configmap/settings', 'files'],
    ['token', undefined, '/memory/u1/projected/token', 'files'],
    ['share', undefined, '/d/pods/u1/volumes/kubernetes.io~nfs/share', 'filesystem'],
  ]);
});
