import { describe, expect, it } from '@jest/globals';
import type { ObjectMeta } from '../meta/object-meta.ts';
import { fieldErrorText } from '../schema/field-error.ts';
import { pathSegmentName } from './name-rules.ts';
import type { MetadataChecks } from './object-meta.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta.ts';

const meta = (changes: ObjectMeta = {}): ObjectMeta => ({ name: 'a', namespace: 'default', ...changes });
const fields = (of: ObjectMeta, namespaced = true) => validateObjectMeta(of, { namespaced }).map((error) => `${error.field} ${error.type}`);
const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u' };

describe('metadata on create', () => {
  it('is fine with a name, labels, annotations, owners and finalizers that are well formed', () => {
    const full = meta({
      labels: { app: 'a', 'example.com/tier': '' },
      annotations: { Note: 'anything\nat all' },
      ownerReferences: [{ ...owner, controller: true }, owner],
      finalizers: ['example.com/hold', 'foregroundDeletion'],
    });
    expect(fields(full)).toEqual([]);
  });

  it.each<[string, ObjectMeta, string[]]>([
    ['asks for a name', { name: '' }, ['metadata.name FieldValueRequired']],
    ['refuses a bad name', { name: 'A' }, ['metadata.name FieldValueInvalid']],
    ['refuses a bad generateName', { generateName: 'A-' }, ['metadata.generateName FieldValueInvalid']],
    ['asks for a namespace', { namespace: '' }, ['metadata.namespace FieldValueRequired']],
    ['refuses a namespace with dots', { namespace: 'a.b' }, ['metadata.namespace FieldValueInvalid']],
    ['refuses a bad label key', { labels: { 'a b': '' } }, ['metadata.labels FieldValueInvalid']],
    ['refuses a bad label value', { labels: { a: 'a b' } }, ['metadata.labels FieldValueInvalid']],
    ['refuses a bad annotation key', { annotations: { 'a b': '' } }, ['metadata.annotations FieldValueInvalid']],
    ['refuses more than 256 KiB of annotations', { annotations: { a: 'x'.repeat(256 * 1024) } }, ['metadata.annotations FieldValueTooLong']],
    ['refuses a negative generation', { generation: -1 }, ['metadata.generation FieldValueInvalid']],
    ['refuses an owner without uid', { ownerReferences: [{ ...owner, uid: '' }] }, ['metadata.ownerReferences.uid FieldValueInvalid']],
    [
      'refuses an owner without version',
      { ownerReferences: [{ ...owner, apiVersion: '' }] },
      ['metadata.ownerReferences.apiVersion FieldValueInvalid'],
    ],
    [
      'refuses an Event as owner',
      { ownerReferences: [{ ...owner, apiVersion: 'v1', kind: 'Event' }] },
      ['metadata.ownerReferences FieldValueInvalid'],
    ],
    ['refuses a finalizer that is neither qualified nor known', { finalizers: ['x'] }, ['metadata.finalizers[0] FieldValueInvalid']],
    [
      'refuses to orphan and to wait for dependents at once',
      { finalizers: ['orphan', 'foregroundDeletion'] },
      ['metadata.finalizers FieldValueInvalid'],
    ],
  ])('%s', (_sentence, changes, expected) => {
    expect(fields(meta(changes))).toEqual(expected);
  });

  it('refuses two controllers', () => {
    const owners = [
      { ...owner, controller: true },
      { ...owner, name: 's', controller: true },
    ];
    expect(fields(meta({ ownerReferences: owners }))).toEqual(['metadata.ownerReferences FieldValueInvalid']);
  });

  it('refuses a namespace where the kind has none', () => {
    expect(fields(meta(), false)).toEqual(['metadata.namespace FieldValueForbidden']);
  });

  it('names an object by the rule of its kind', () => {
    const rules = { namespaced: true, validateName: pathSegmentName };
    expect(validateObjectMeta(meta({ name: 'system:node' }), rules)).toEqual([]);
  });
});

describe('metadata on update', () => {
  const old = meta({ uid: 'u', resourceVersion: '5', creationTimestamp: '2026-01-01T00:00:00Z', generation: 2 });
  const all = (changes: ObjectMeta, last = old, checks?: MetadataChecks) =>
    validateObjectMetaUpdate({ ...last, ...changes }, last, checks).map((error) => `${error.field} ${error.type}`);
  const update = (changes: ObjectMeta, last = old) => [...new Set(all(changes, last))];

  it.each<[string, ObjectMeta, string[]]>([
    ['takes no change as none', {}, []],
    ['asks for a resourceVersion', { resourceVersion: '' }, ['metadata.resourceVersion FieldValueInvalid']],
    ['keeps the name', { name: 'b' }, ['metadata.name FieldValueInvalid']],
    ['keeps the namespace', { namespace: 'b' }, ['metadata.namespace FieldValueInvalid']],
    ['keeps the uid', { uid: 'v' }, ['metadata.uid FieldValueInvalid']],
    ['keeps the time of creation', { creationTimestamp: '2027-01-01T00:00:00Z' }, ['metadata.creationTimestamp FieldValueInvalid']],
    ['lets no client begin a deletion', { deletionTimestamp: '2027-01-01T00:00:00Z' }, ['metadata.deletionTimestamp FieldValueInvalid']],
    ['never lowers the generation', { generation: 1 }, ['metadata.generation FieldValueInvalid']],
  ])('%s', (_sentence, changes, expected) => {
    expect(update(changes)).toEqual(expected);
  });

  it('reports a bad label as often as upstream looks at it', () => {
    expect(all({ labels: { a: 'a b' } })).toHaveLength(3);
    expect(all({ labels: { a: 'a b' } }, old, { onUpdate: ['whole', 'change'] })).toHaveLength(4);
    expect(all({ labels: { a: 'a b' } }, old, { onUpdate: [] })).toHaveLength(2);
  });

  it('reports another uid as often as the old one is compared with', () => {
    expect(all({ uid: 'v' })).toHaveLength(2);
    expect(all({ uid: 'v' }, old, { onUpdate: ['whole'] })).toHaveLength(1);
  });

  it('leaves unknown finalizers to the rules of the kind', () => {
    expect(all({ finalizers: ['x'] })).toHaveLength(1);
    expect(all({ finalizers: ['x'] }, old, { onUpdate: ['whole', 'change'] })).toHaveLength(2);
    expect(all({ finalizers: ['x'] }, old, { anyFinalizer: true })).toEqual([]);
    expect(validateObjectMeta(meta({ finalizers: ['x'] }), { namespaced: true, checks: { anyFinalizer: true } })).toEqual([]);
    expect(all({ finalizers: ['a b'] }, old, { anyFinalizer: true })).toHaveLength(1);
  });

  it('adds no finalizer to an object that is being deleted, but lets them go', () => {
    const deleting = meta({ ...old, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a.b/c'] });
    expect(update({ finalizers: ['a.b/c', 'a.b/d'] }, deleting)).toEqual(['metadata.finalizers FieldValueForbidden']);
    expect(update({ finalizers: [] }, deleting)).toEqual([]);
  });

  it('says that a field is immutable in the words that clients match on', () => {
    const [first] = validateObjectMetaUpdate({ ...old, uid: 'v' }, old);
    expect(first && fieldErrorText(first)).toBe('metadata.uid: Invalid value: "v": field is immutable');
  });
});
