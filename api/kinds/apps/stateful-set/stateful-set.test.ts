import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { createErrors, defaulted, statusErrors, stored, updated, updateErrors } from '../../../definition/strategy.fixture.ts';
import { statefulSets, statefulSetStrategy as strategy } from './index.ts';

const labels = { app: 'a' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/d' }] }] } };
const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
const set = (spec: object = {}) => ({
  metadata: { name: 's' },
  spec: { serviceName: 's', selector: { matchLabels: labels }, template, volumeClaimTemplates: [claim], ...spec },
});

describe('a StatefulSet', () => {
  it('defaults its policies and the form of its claims', () => {
    expect(defaulted(strategy, set()).spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
    });
    expect(createErrors(strategy, set())).toEqual([]);
  });

  it.each([
    [{ volumeClaimTemplates: [] }, 'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"'],
    [
      { volumeClaimTemplates: [{ ...claim, spec: { ...claim.spec, accessModes: [] } }] },
      'spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required',
    ],
    [{ podManagementPolicy: 'x' }, `spec.podManagementPolicy: Invalid value: "x": must be 'OrderedReady' or 'Parallel'`],
    [
      { updateStrategy: { type: 'x' } },
      `spec.updateStrategy: Invalid value: {"Type":"x","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`,
    ],
    [
      { persistentVolumeClaimRetentionPolicy: { whenScaled: 'x' } },
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "x": supported values: "Retain", "Delete"',
    ],
    [{ ordinals: { start: -1 } }, 'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0'],
    [{ selector: {} }, 'spec.selector: Invalid value: {}: empty selector is invalid for statefulset'],
  ])('is refused with %j', (spec, error) => {
    expect(createErrors(strategy, set(spec))).toEqual([error]);
  });

  it('does not look at the host names of its template, which it sets itself', () => {
    expect(createErrors(strategy, set({ template: { ...template, spec: { ...template.spec, hostname: 'Bad!', subdomain: 'Bad!' } } }))).toEqual([]);
  });

  it('may change in a few fields only', () => {
    const old = stored(strategy, set());
    const change = (spec: object) =>
      updateErrors(strategy, old, (s) => {
        Object.assign(s.spec!, spec);
      });
    expect(change({ replicas: 3, minReadySeconds: 1, revisionHistoryLimit: 1, ordinals: { start: 2 } })).toEqual([]);
    expect(change({ serviceName: 'other' })).toEqual([expect.stringContaining('spec: Forbidden: updates to statefulset spec for fields other than')]);
  });

  it('has no maxUnavailable unless it had one', () => {
    const rolling = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } };
    const old = stored(strategy, set(rolling));
    expect(old.spec?.updateStrategy?.rollingUpdate).toEqual({ partition: 0 });
    const with2 = { ...old, spec: { ...old.spec!, ...rolling } };
    expect(updated(strategy, with2, () => {}).spec?.updateStrategy?.rollingUpdate).toEqual({ maxUnavailable: 2, partition: 0 });
  });

  it('cannot have more pods available than ready', () => {
    expect(
      statusErrors(strategy, stored(strategy, set()), (s) => {
        s.status = { replicas: 2, readyReplicas: 1, availableReplicas: 2 };
      }),
    ).toEqual(['status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas']);
  });

  it('warns of amounts of storage in fractions of a byte, and of a negative history', () => {
    const odd = { ...claim, spec: { ...claim.spec, resources: { requests: { storage: '1500m' } } } };
    expect(strategy.warnings?.(defaulted(strategy, set({ volumeClaimTemplates: [odd], revisionHistoryLimit: -1 })), undefined)).toEqual([
      'spec.volumeClaimTemplates[0].spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    ]);
  });

  it('shows how many pods are ready', () => {
    expect(row(statefulSets, { ...set({ replicas: 3 }), status: { replicas: 2, readyReplicas: 1 } })).toMatchObject({ Ready: '1/3', Images: 'i' });
  });
});
