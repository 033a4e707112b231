import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { ParentReference } from './ip-address.ts';
import { ipAddresses } from './ip-address.ts';

const { strategy, columns } = ipAddresses;
const parentRef: ParentReference = { group: '', resource: 'services', namespace: 'default', name: 'web' };
const withParent = (changed: Partial<ParentReference>) => ({ spec: { parentRef: { ...parentRef, ...changed } } });

describe('an IPAddress', () => {
  it.each([
    ['10.0.0.1', []],
    ['2001:db8::1', []],
    ['10.0.0', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    ['web', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ])('is named after an address: %s', (name, faults) => {
    expect(strategy.validateName?.(name, false)).toEqual(faults);
  });

  it.each<[string, Partial<ParentReference>, string]>([
    ['a valid group', { group: 'Bad' }, 'spec.parentRef.group: Invalid value: "Bad"'],
    ['a resource', { resource: '' }, 'spec.parentRef.resource: Required value'],
    ['a resource that is a path segment', { resource: 'a/b' }, `spec.parentRef.resource: Invalid value: "a/b": may not contain '/'`],
    ['a name', { name: '' }, 'spec.parentRef.name: Required value'],
    ['a namespace that is a path segment', { namespace: '..' }, `spec.parentRef.namespace: Invalid value: "..": may not be '..'`],
  ])('has a parent with %s', (_sentence, changed, expected) => {
    expect(createErrors(strategy, withParent(changed))).toEqual([expect.stringContaining(expected)]);
  });

  it('has a parent', () => {
    expect(createErrors(strategy, JSON.parse('{"spec":{}}'))).toEqual(['spec.parentRef: Required value']);
  });

  it('keeps its parent', () => {
    const old = stored(strategy, withParent({}));
    expect(updateErrors(strategy, old, ({ spec }) => (spec.parentRef.name = 'other'))).toEqual([
      'spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"default","Name":"other"}: field is immutable',
    ]);
    expect(updateErrors(strategy, old, ({ metadata }) => Object.assign(metadata ?? {}, { labels: { a: 'b' } }))).toEqual([]);
  });

  it.each<[Partial<ParentReference>, string]>([
    [{}, 'services/default/web'],
    [{ group: 'gateway.networking.k8s.io', resource: 'Gateways', namespace: '' }, 'gateways.gateway.networking.k8s.io/web'],
  ])('shows its parent: %j', (changed, text) => {
    expect(columns.map(({ cell }) => cell(stored(strategy, { metadata: { name: '10.0.0.1' }, ...withParent(changed) }), 0))).toEqual([
      '10.0.0.1',
      text,
    ]);
  });
});
