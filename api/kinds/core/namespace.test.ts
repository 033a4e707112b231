import { describe, expect, it } from '@jest/globals';
import { createErrors, statusErrors, stored, updated } from '../../definition/strategy.fixture.ts';
import { namespaceStrategy, validateNamespaceFinalize } from './namespace.ts';

describe('a Namespace', () => {
  it('bears its name as a label, is Active, and is kept until it is emptied', () => {
    const made = stored(namespaceStrategy, { metadata: { name: 'a' } });
    expect(made).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'a' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('loses no finalizer by an ordinary update', () => {
    const old = stored(namespaceStrategy, { metadata: { name: 'a' } });
    expect(
      updated(namespaceStrategy, old, (namespace) => {
        namespace.spec = {};
      }).spec,
    ).toEqual({ finalizers: ['kubernetes'] });
  });

  it('has finalizers that are qualified or known', () => {
    expect(createErrors(namespaceStrategy, { metadata: { name: 'a' }, spec: { finalizers: ['x'] } })).toEqual([
      'spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
    ]);
    expect(validateNamespaceFinalize({ spec: { finalizers: ['x'] } }).map((error) => error.field)).toEqual(['spec.finalizers[0]']);
  });

  it('is Terminating only while it is being deleted', () => {
    const old = stored(namespaceStrategy, { metadata: { name: 'a' } });
    expect(
      statusErrors(namespaceStrategy, old, (namespace) => {
        namespace.status = { phase: 'Terminating' };
      }),
    ).toEqual(['status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty']);
  });
});
