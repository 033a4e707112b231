import { describe } from '@jest/globals';
import type { Changes } from '../../kinds/core/pod/rules.fixture.ts';
import { one, refuses } from '../../kinds/core/pod/rules.fixture.ts';
import type { VolumeMount } from '../container/container.ts';
import type { Volume } from './volume.ts';

const mounted = (volume: Omit<Volume, 'name'>, mount: Partial<VolumeMount> = {}): Changes => ({
  volumes: [{ name: 'v', ...volume }],
  ...one({ volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] }),
});
describe('volumes', () => {
  refuses([
    ['have names of their own', { volumes: [{ name: 'v' }, { name: 'v' }] }, ['spec.volumes[1].name: Duplicate value: "v"']],
    ['have a name', { volumes: [{ name: '' }] }, ['spec.volumes[0].name: Required value']],
    [
      'have one source',
      mounted({ emptyDir: {}, hostPath: { path: '/' } }),
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type', 'volumeMounts[0].name: Not found'],
    ],
    ['have a size that is not negative', mounted({ emptyDir: { sizeLimit: '-1' } }), ['emptyDir.sizeLimit: Forbidden', 'Not found: "v"']],
    [
      'lie on the host without steps back',
      mounted({ hostPath: { path: '/a/../b' } }),
      ['hostPath.path: Invalid value: "/a/../b": must not contain \'..\'', 'Not found'],
    ],
    [
      'of StorageOS have names of labels',
      mounted({ storageos: { volumeName: 'a.b', volumeNamespace: '-1' } }),
      ['storageos.volumeName: Invalid value: "a.b"', 'storageos.volumeNamespace: Invalid value: "-1"', 'Not found'],
    ],
    [
      'of a CSI driver name a Secret that there can be, under the path that upstream gives',
      mounted({ csi: { driver: 'd', nodePublishSecretRef: { name: '-1' } } }),
      ['spec.volumes[0].csi.name: Invalid value: "-1": a lowercase RFC 1123 subdomain', 'Not found'],
    ],
    [
      'of a CSI driver name their Secret',
      mounted({ csi: { driver: 'd', nodePublishSecretRef: {} } }),
      ['spec.volumes[0].csi.nodePublishSecretRef.name: Required value', 'Not found'],
    ],
    ['name a ConfigMap', mounted({ configMap: {} }), ['spec.volumes[0].configMap.name: Required value', 'Not found']],
    [
      'give files a mode',
      mounted({ secret: { secretName: 's', defaultMode: 0o1000 } }),
      ['secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777', 'Not found'],
    ],
    [
      'keep keys where they are put',
      mounted({ configMap: { name: 'c', items: [{ key: 'k', path: '../x' }] } }),
      ['items[0].path: Invalid value: "../x": must not contain \'..\'', 'Not found'],
    ],
    [
      'put no two keys in one place',
      mounted({
        projected: {
          sources: [{ secret: { name: 's', items: [{ key: 'a', path: 'p' }] } }, { configMap: { name: 'c', items: [{ key: 'b', path: 'p' }] } }],
        },
      }),
      ['conflicting duplicate paths', 'Not found'],
    ],
    [
      'hold tokens of ten minutes at least',
      mounted({ projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 599 } }] } }),
      ['may not specify a duration less than 10 minutes', 'Not found'],
    ],
    [
      'project one thing a source',
      mounted({ projected: { sources: [{ secret: { name: 's' }, configMap: { name: 'c' } }] } }),
      ['sources[0]: Forbidden: may not specify more than 1 volume type per source', 'Not found'],
    ],
    ['name a claim', mounted({ persistentVolumeClaim: { claimName: '' } }), ['persistentVolumeClaim.claimName: Required value', 'Not found']],
    [
      'make claims that ask for storage',
      mounted({ ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } } }),
      ['volumeClaimTemplate.spec.resources[storage]: Required value', 'Not found'],
    ],
    [
      'lie on a server under an absolute path',
      mounted({ nfs: { server: 's', path: 'a' } }),
      ['nfs.path: Invalid value: "a": must be an absolute path', 'Not found'],
    ],
    ['name an image', mounted({ image: {} }), ['image.reference: Required value', 'Not found']],
  ]);
});

describe('mounts', () => {
  refuses([
    ['are of volumes that are there', one({ volumeMounts: [{ name: 'x', mountPath: '/x' }] }), ['volumeMounts[0].name: Not found: "x"']],
    ['have a path', mounted({ emptyDir: {} }, { mountPath: '' }), ['volumeMounts[0].mountPath: Required value']],
    [
      'have paths of their own',
      {
        volumes: [{ name: 'v' }],
        ...one({
          volumeMounts: [
            { name: 'v', mountPath: '/v' },
            { name: 'v', mountPath: '/v' },
          ],
        }),
      },
      ['volumeMounts[1].mountPath: Invalid value: "/v": must be unique'],
    ],
    [
      'take a part of a volume by a relative path',
      mounted({ emptyDir: {} }, { subPath: '/a' }),
      ['volumeMounts.subPath: Invalid value: "/a": must be a relative path'],
    ],
    ['take a part by one path', mounted({ emptyDir: {} }, { subPath: 'a', subPathExpr: 'b' }), ['subPathExpr and subPath are mutually exclusive']],
    [
      'spread both ways from privileged containers only',
      mounted({ emptyDir: {} }, { mountPropagation: 'Bidirectional' }),
      ['available only to privileged containers'],
    ],
    [
      'are read only before they are so below',
      mounted({ emptyDir: {} }, { recursiveReadOnly: 'Enabled' }),
      ['may only be specified when readOnly is true'],
    ],
    [
      'are no block devices',
      { volumes: [{ name: 'v' }], ...one({ volumeDevices: [{ name: 'v', devicePath: '/dev/x' }] }) },
      ['volumeDevices[0].name: Invalid value: "v": a block device comes from'],
    ],
  ]);
});
