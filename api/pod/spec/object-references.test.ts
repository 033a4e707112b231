import { describe, expect, it } from '@jest/globals';
import { objectReferenceOf } from './object-references.ts';

const spec = (more: object) => ({ containers: [{ name: 'c' }], ...more });
const volume = (source: object) => ({
  volumes: [
    { name: 'none', emptyDir: {} },
    { name: 'v', ...source },
  ],
});
const env = (valueFrom: object) => ({ containers: [{ name: 'c', env: [{ name: 'X', valueFrom }] }] });

describe('an object of the API that a pod refers to', () => {
  it.each([
    [{ serviceAccountName: 'a' }, 'serviceaccounts'],
    [{ imagePullSecrets: [{ name: 's' }] }, 'secrets'],
    [env({ secretKeyRef: { name: 's', key: 'k' } }), 'secrets'],
    [env({ configMapKeyRef: { name: 'm', key: 'k' } }), 'configmaps'],
    [{ resourceClaims: [{ name: 'r' }] }, 'resourceclaims'],
    [volume({ secret: { secretName: 's' } }), 'secrets'],
    [volume({ configMap: {} }), 'configmaps (via configmap volumes)'],
    [volume({ csi: { driver: 'd' } }), 'csidrivers (via CSI volumes)'],
    [volume({ persistentVolumeClaim: { claimName: 'c' } }), 'persistentvolumeclaims'],
    [volume({ ephemeral: {} }), 'persistentvolumeclaims (via ephemeral volumes)'],
    [volume({ projected: { sources: [{ downwardAPI: {} }, { serviceAccountToken: { path: 'p' } }] } }), 'serviceaccounts (via projected volumes)'],
    [volume({ projected: { sources: [{ clusterTrustBundle: { path: 'p' } }] } }), 'clustertrustbundles'],
  ])('is one of %j', (more, kind) => {
    expect(objectReferenceOf(spec(more))).toBe(kind);
  });

  it.each([
    [{}],
    [volume({ hostPath: { path: '/' } })],
    [volume({ image: { reference: 'i' } })],
    [volume({ projected: { sources: [{ downwardAPI: {} }] } })],
  ])('is none in %j', (more) => {
    expect(objectReferenceOf(spec(more))).toBeUndefined();
  });
});
