import { describe, expect, it } from '@jest/globals';
import type { Live } from '../../../meta/object.ts';
import type { PersistentVolume } from '../persistent-volume/index.ts';
import { aClaim, aVolume, refTo } from './bindings.fixture.ts';
import type { PersistentVolumeClaim } from './index.ts';
import type { MatchOptions } from './volume-match.ts';
import { findMatchingVolume, mismatchOf } from './volume-match.ts';

const claim = aClaim('c', { resources: { requests: { storage: '5Gi' } } });
const sized = (name: string, storage: string, spec: Partial<PersistentVolume['spec'] & object> = {}) =>
  aVolume(name, { capacity: { storage }, ...spec });
const onNode = (name: string) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }] },
});
const node = (name: string) => ({ name, labels: { 'kubernetes.io/hostname': name } });

describe('the volume for a claim', () => {
  it.each<[string, Live<PersistentVolumeClaim>, Live<PersistentVolume>[], string | undefined, MatchOptions?]>([
    ['is the smallest that is large enough', claim, [sized('big', '9Gi'), sized('fit', '5Gi'), sized('small', '4Gi')], 'fit'],
    ['is none if all are too small', claim, [sized('small', '4Gi')], undefined],
    ['has few access modes first', claim, [sized('many', '5Gi', { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] }), sized('few', '9Gi')], 'few'],
    ['has the access modes that are asked for', aClaim('c', { accessModes: ['ReadWriteMany'] }), [sized('v', '5Gi')], undefined],
    [
      'is of the class of the claim',
      aClaim('c', { storageClassName: 'fast' }),
      [sized('v', '5Gi'), sized('f', '5Gi', { storageClassName: 'fast' })],
      'f',
    ],
    ['is of its mode', aClaim('c', { volumeMode: 'Block' }), [sized('v', '5Gi'), sized('b', '5Gi', { volumeMode: 'Block' })], 'b'],
    [
      'carries the labels that are selected',
      aClaim('c', { selector: { matchLabels: { tier: 'db' } } }),
      [sized('v', '5Gi'), aVolume('l', {}, { metadata: { labels: { tier: 'db' } } })],
      'l',
    ],
    ['is reserved for it, however large the others', claim, [sized('fit', '5Gi'), sized('mine', '9Gi', { claimRef: refTo(claim, '') })], 'mine'],
    ['is not reserved for another', claim, [sized('v', '5Gi', { claimRef: refTo(aClaim('other')) })], undefined],
    ['is not reserved for an older claim of that name', claim, [sized('v', '5Gi', { claimRef: refTo(claim, 'old') })], undefined],
    ['is available', claim, [aVolume('v', { capacity: { storage: '5Gi' } }, { status: { phase: 'Pending' } })], undefined],
    ['is not terminating', claim, [aVolume('v', { capacity: { storage: '5Gi' } }, { metadata: { deletionTimestamp: 'now' } })], undefined],
    [
      'is reached from the node',
      claim,
      [sized('a', '5Gi', { nodeAffinity: onNode('a') }), sized('b', '6Gi', { nodeAffinity: onNode('b') })],
      'b',
      { node: node('b') },
    ],
    [
      'is none if the reserved one is out of reach',
      claim,
      [sized('b', '5Gi'), sized('a', '5Gi', { claimRef: refTo(claim), nodeAffinity: onNode('a') })],
      undefined,
      { node: node('b') },
    ],
    ['is the reserved one where the scheduler chooses', claim, [sized('v', '5Gi')], undefined, { reservedOnly: true }],
    ['is not taken', claim, [sized('v', '5Gi'), sized('w', '6Gi')], 'w', { isTaken: ({ metadata }) => metadata.name === 'v' }],
  ])('%s', (...[, wanted, volumes, expected, options]) => {
    expect(findMatchingVolume(wanted, volumes, options)?.metadata.name).toBe(expected);
  });
});

it.each<[Live<PersistentVolume>, Live<PersistentVolumeClaim>, string | undefined]>([
  [aVolume('v'), aClaim('c'), undefined],
  [aVolume('v', {}, { metadata: { deletionTimestamp: 'now' } }), aClaim('c'), 'the volume is marked for deletion "v"'],
  [aVolume('v'), claim, 'requested PV is too small'],
  [aVolume('v'), aClaim('c', { storageClassName: 'fast' }), 'storageClassName does not match'],
  [aVolume('v'), aClaim('c', { volumeAttributesClassName: 'gold' }), 'volumeAttributesClassName does not match'],
  [aVolume('v'), aClaim('c', { volumeMode: 'Block' }), 'incompatible volumeMode'],
  [aVolume('v'), aClaim('c', { accessModes: ['ReadWriteMany'] }), 'incompatible accessMode'],
])('a volume that a claim names is refused with the first thing that does not fit', (volume, wanted, expected) => {
  expect(mismatchOf(volume, wanted)).toBe(expected);
});
