import { describe, expect, it } from '@jest/globals';
import { createErrors, statusErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { serviceCidrs } from './service-cidr.ts';

const { strategy } = serviceCidrs;
const withRanges = (...cidrs: string[]) => ({ spec: { cidrs } });

describe('a ServiceCIDR', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['10.0.0.0/24'], []],
    [['fd00::/64', '10.0.0.0/24'], []],
    [[], ['spec.cidrs: Required value: at least one CIDR required']],
    [['10.0.0.0'], ['spec.cidrs[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
    [
      ['10.0.0.0/24', '10.1.0.0/24'],
      [
        'spec.cidrs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [
      ['10.0.0.0/24', 'fd00::/64', 'fd01::/64'],
      ['spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/24","fd00::/64","fd01::/64"]}: may only hold up to 2 values'],
    ],
  ])('has a range, or one of each family: %j', (cidrs, errors) => {
    expect(createErrors(strategy, withRanges(...cidrs))).toEqual(errors);
  });

  it.each<[string, readonly string[], readonly string[], readonly unknown[]]>([
    ['keeps its range', ['10.0.0.0/24'], ['10.1.0.0/24'], ['spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable']],
    ['may gain the other family', ['10.0.0.0/24'], ['10.0.0.0/24', 'fd00::/64'], []],
    ['loses none', ['10.0.0.0/24', 'fd00::/64'], ['10.0.0.0/24'], ['spec.cidrs: Invalid value: ["10.0.0.0/24"]: field is immutable']],
    [
      'gains no second range of its family',
      ['10.0.0.0/24'],
      ['10.0.0.0/24', '10.1.0.0/24'],
      [expect.stringContaining('may specify no more than one IP for each IP family')],
    ],
    [
      'keeps the first range when it gains a second',
      ['10.0.0.0/24'],
      ['10.2.0.0/24', 'fd00::/64'],
      ['spec.cidrs[0]: Invalid value: "10.2.0.0/24": field is immutable'],
    ],
  ])('%s', (_sentence, before, after, errors) => {
    expect(updateErrors(strategy, stored(strategy, withRanges(...before)), (next) => (next.spec = { cidrs: [...after] }))).toEqual(errors);
  });

  it('changes nothing but its status through the status', () => {
    const old = stored(strategy, withRanges('10.0.0.0/24'));
    const next = structuredClone(old);
    next.spec = { cidrs: ['10.1.0.0/24'] };
    next.metadata.labels = { a: 'b' };
    strategy.prepareForStatusUpdate?.(next, old);
    expect([next.spec, next.metadata.labels]).toEqual([old.spec, undefined]);
    expect(statusErrors(strategy, old, () => {})).toEqual([]);
  });
});
