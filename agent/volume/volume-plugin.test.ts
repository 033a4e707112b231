import { describe, expect, it } from '@jest/globals';
import type { PersistentVolumeSpec } from '../../api/kinds/core/persistent-volume/index.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import { pluginOfPersistentVolume, pluginOfVolume } from './volume-plugin.ts';

describe('kubelet’s name for the kind of a volume', () => {
  it.each<[Omit<Volume, 'name'>, string]>([
    [{ emptyDir: {} }, 'kubernetes.io/empty-dir'],
    [{ hostPath: { path: '/x' } }, 'kubernetes.io/host-path'],
    [{ configMap: { name: 'c' } }, 'kubernetes.io/configmap'],
    [{ secret: { secretName: 's' } }, 'kubernetes.io/secret'],
    [{ projected: { sources: [] } }, 'kubernetes.io/projected'],
    [{ downwardAPI: { items: [] } }, 'kubernetes.io/downward-api'],
    [{ nfs: { server: 's', path: '/' } }, 'kubernetes.io/nfs'],
    [{ image: { reference: 'i' } }, 'kubernetes.io/image'],
    [{ csi: { driver: 'd.example.com' } }, 'kubernetes.io/csi:d.example.com'],
    [{ persistentVolumeClaim: { claimName: 'c' } }, 'N/A'],
  ])('of a pod: %j', (source, expected) => expect(pluginOfVolume({ name: 'v', ...source })).toBe(expected));

  it.each<[PersistentVolumeSpec | undefined, string]>([
    [{ hostPath: { path: '/x' } }, 'kubernetes.io/host-path'],
    [{ local: { path: '/x' } }, 'kubernetes.io/local-volume'],
    [{ nfs: { server: 's', path: '/' } }, 'kubernetes.io/nfs'],
    [{ csi: { driver: 'd.example.com', volumeHandle: 'h' } }, 'kubernetes.io/csi:d.example.com'],
    [undefined, 'N/A'],
  ])('of a PersistentVolume: %j', (spec, expected) => expect(pluginOfPersistentVolume({ ...(spec ? { spec } : {}) })).toBe(expected));
});
