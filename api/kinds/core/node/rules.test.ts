import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, statusErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { nodeStrategy } from './rules.ts';
import type { Node } from './schema.ts';

const LONG_FEATURE = 'A'.repeat(254);
const FEATURE_FORM =
  "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";

describe('a Node', () => {
  const node = (spec: Node['spec']): Node => ({ metadata: { name: 'n' }, spec });
  const taint = { key: 'a', value: 'b', effect: 'NoSchedule' };

  it('has its network in the old field and the new one', () => {
    expect(defaulted(nodeStrategy, node({ podCIDR: '10.0.0.0/24' })).spec).toEqual({ podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] });
    expect(defaulted(nodeStrategy, node({ podCIDRs: ['10.0.0.0/24'] })).spec?.podCIDR).toBe('10.0.0.0/24');
  });

  it('allocates what it has, unless it says otherwise', () => {
    expect(defaulted(nodeStrategy, { status: { capacity: { cpu: '4' } } }).status?.allocatable).toEqual({ cpu: '4' });
  });

  it.each<[string, Node['spec'], string]>([
    ['has taints with a key', { taints: [{ ...taint, key: 'a b' }] }, 'metadata.taints[0].key: Invalid value: "a b"'],
    ['has taints with a value that is a label’s', { taints: [{ ...taint, value: 'a b' }] }, 'metadata.taints[0].value: Invalid value: "a b"'],
    ['has taints with an effect', { taints: [{ ...taint, effect: '' }] }, 'metadata.taints[0].effect: Required value'],
    [
      'has each taint once',
      { taints: [taint, taint] },
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"b","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
    ['has networks that can be read', { podCIDR: 'x' }, 'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value'],
    ['has one network of each family', { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] }, 'may specify no more than one CIDR for each IP family'],
  ])('%s', (_sentence, spec, expected) => {
    expect(createErrors(nodeStrategy, node(spec))).toEqual([expect.stringContaining(expected)]);
  });

  it.each<[string, string[], string[]]>([
    ['has none', [], []],
    ['names them in order, with parts', ['A', 'B/sub', 'B/sub/Of2'], []],
    ['begins with a capital', ['feature'], [`[0]: Invalid value: "feature": invalid feature name "feature": ${FEATURE_FORM}`]],
    [
      'has letters and digits only',
      ['A-b', 'A/1'],
      [
        `[0]: Invalid value: "A-b": invalid feature name "A-b": ${FEATURE_FORM}`,
        `[1]: Invalid value: "A/1": invalid feature name "A/1": ${FEATURE_FORM}`,
      ],
    ],
    ['has names of 253 bytes', ['A'.repeat(253)], []],
    [
      'has no longer ones',
      [LONG_FEATURE],
      [`[0]: Invalid value: "${LONG_FEATURE}": invalid feature name "${LONG_FEATURE}": must be no more than 253 characters`],
    ],
    ['is sorted', ['B', 'A'], ['[1]: Invalid value: "A": list must be sorted alphabetically']],
    ['names each once', ['A', 'A'], ['[1]: Duplicate value: "A"']],
  ])('whose list of declared features %s', (_sentence, declaredFeatures, expected) => {
    const errors = expected.map((text) => `status.declaredFeatures${text}`);
    expect(createErrors(nodeStrategy, { metadata: { name: 'n' }, status: { declaredFeatures } })).toEqual(errors);
    expect(
      statusErrors(nodeStrategy, stored(nodeStrategy, node({})), (n) => {
        n.status = { declaredFeatures };
      }),
    ).toEqual(errors);
  });

  it('keeps its network and its provider once they are set', () => {
    const old = stored(nodeStrategy, node({ podCIDR: '10.0.0.0/24', providerID: 'a' }));
    expect(
      updateErrors(nodeStrategy, old, (n) => {
        n.spec = { podCIDR: '10.0.1.0/24', providerID: 'a' };
      }),
    ).toEqual([expect.stringContaining('spec.podCIDRs: Forbidden')]);
    expect(
      updateErrors(nodeStrategy, old, (n) => {
        n.spec!.providerID = 'b';
      }),
    ).toEqual([expect.stringContaining('spec.providerID: Forbidden')]);
    expect(
      updateErrors(nodeStrategy, stored(nodeStrategy, node({})), (n) => {
        n.spec = { podCIDR: '10.0.0.0/24' };
      }),
    ).toEqual([]);
  });

  it('lists each address once', () => {
    const old = stored(nodeStrategy, node({}));
    const address = { type: 'InternalIP', address: '1.2.3.4' };
    expect(
      statusErrors(nodeStrategy, old, (n) => {
        n.status = { addresses: [address, address] };
      }),
    ).toEqual([expect.stringMatching(/^status\.addresses\[1\]: Duplicate value: \{"Type":".*","Address":".*"\}$/)]);
  });
});
