import { describe, expect, it } from '@jest/globals';
import { createErrors, statusErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import type { PersistentVolumeClaim } from './index.ts';
import { persistentVolumeClaims } from './index.ts';

const { strategy, quota } = persistentVolumeClaims;
const storage = (size: string) => ({ requests: { storage: size } });
const claim: PersistentVolumeClaim = { spec: { accessModes: ['ReadWriteOnce'], resources: storage('2Gi'), storageClassName: 'gold' } };
const IMMUTABLE = 'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

describe('a PersistentVolumeClaim', () => {
  it('asks for storage and ways to mount it', () => {
    expect(createErrors(strategy, { spec: {} })).toEqual([
      'spec.accessModes: Required value: at least 1 access mode is required',
      'spec.resources[storage]: Required value',
    ]);
  });

  it('has one source under two names; other sources than claims and snapshots need the new name', () => {
    const source = { kind: 'VolumeSnapshot', name: 's', apiGroup: 'snapshot.storage.k8s.io' };
    const other = { kind: 'Other', name: 'o', apiGroup: 'example.com' };
    expect(stored(strategy, { spec: { ...claim.spec, dataSource: source } }).spec?.dataSourceRef).toEqual(source);
    expect(stored(strategy, { spec: { ...claim.spec, dataSource: other } }).spec?.dataSource).toBeUndefined();
    expect(stored(strategy, { spec: { ...claim.spec, dataSourceRef: other } }).spec?.dataSource).toEqual(other);
  });

  it('grows when it is bound, and keeps the rest', () => {
    const old = stored<PersistentVolumeClaim>(strategy, claim);
    const bound = { ...old, status: { phase: 'Bound', capacity: { storage: '2Gi' } } };
    const resize = (size: string) => (next: PersistentVolumeClaim) => {
      if (next.spec) next.spec.resources = storage(size);
    };
    expect(updateErrors(strategy, old, resize('3Gi'))).toEqual([
      `${IMMUTABLE}\n- resources: {"requests":{"storage":"2Gi"}}\n+ resources: {"requests":{"storage":"3Gi"}}`,
    ]);
    expect(updateErrors(strategy, bound, resize('3Gi'))).toEqual([]);
    expect(updateErrors(strategy, bound, resize('1Gi'))).toEqual([
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ]);
  });

  it('tells the progress of a resize in five words', () => {
    const old = stored<PersistentVolumeClaim>(strategy, claim);
    const errors = statusErrors(strategy, old, (next) => {
      next.status = { allocatedResourceStatuses: { storage: 'Half' } };
    });
    expect(errors).toEqual([expect.stringContaining('status.allocatedResourceStatuses: Unsupported value: "storage"')]);
  });

  it('is charged by number and size, as a whole and by its class', () => {
    expect(quota?.usage({ ...claim, status: { allocatedResources: { storage: '3Gi' } } }, 0)).toEqual({
      persistentvolumeclaims: '1',
      'requests.storage': '3Gi',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'gold.storageclass.storage.k8s.io/requests.storage': '3Gi',
    });
  });
});
