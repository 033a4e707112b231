import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted } from '../../definition/strategy.fixture.ts';
import type { LimitRangeItem } from './limit-range.ts';
import { limitRangeStrategy as strategy } from './limit-range.ts';

const errors = (...limits: LimitRangeItem[]) => createErrors(strategy, { metadata: { name: 'l' }, spec: { limits } });
const container = (item: Partial<LimitRangeItem>): LimitRangeItem => ({ type: 'Container', ...item });

describe('a LimitRange', () => {
  it('gives containers as limit the most they may have, and as request the limit or the least', () => {
    const item = (given: Partial<LimitRangeItem>) => defaulted(strategy, { spec: { limits: [container(given)] } }).spec?.limits[0];
    expect(item({ max: { cpu: '2' } })).toMatchObject({ default: { cpu: '2' }, defaultRequest: { cpu: '2' } });
    expect(item({ min: { cpu: '1' } })).toEqual({ type: 'Container', min: { cpu: '1' }, defaultRequest: { cpu: '1' } });
    expect(item({ max: { cpu: '4' }, default: { cpu: '2' }, min: { cpu: '1' }, defaultRequest: { cpu: '1500m' } })).toMatchObject({
      default: { cpu: '2' },
      defaultRequest: { cpu: '1500m' },
    });
  });

  it('gives nothing to pods and claims', () => {
    const limits = [{ type: 'Pod', max: { cpu: '2' } }];
    expect(defaulted(strategy, { spec: { limits } }).spec?.limits).toEqual(limits);
  });

  it.each<[string, LimitRangeItem[], string]>([
    ['knows its types', [container({ type: 'Bogus' })], 'spec.limits[0].type: Invalid value: "Bogus": must be a standard limit type'],
    ['has each type once', [container({}), container({})], 'spec.limits[1].type: Duplicate value: "Container"'],
    [
      'limits what containers have',
      [container({ min: { storage: '1' } })],
      'spec.limits[0].min[storage]: Invalid value: "storage": must be a standard resource for containers',
    ],
    [
      'gives no defaults to pods',
      [{ type: 'Pod', default: { cpu: '1' } }],
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    ],
    ['limits the storage of claims', [{ type: 'PersistentVolumeClaim' }], 'either minimum or maximum storage value is required'],
    [
      'has a least below the most',
      [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }],
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    ],
    [
      'has no ratio that the bounds forbid',
      [{ type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } }],
      'ratio 3 is greater than max/min = 2.000000',
    ],
    ['has no ratio below one', [{ type: 'Pod', maxLimitRequestRatio: { cpu: '500m' } }], 'ratio 500m is less than 1'],
  ])('%s', (_sentence, limits, expected) => {
    const found = errors(...limits);
    expect(found[0]).toContain(expected);
  });

  it('has a default between the bounds, and a request below the default', () => {
    expect(errors(container({ max: { cpu: '1' }, default: { cpu: '2' }, defaultRequest: { cpu: '1' } }))).toEqual([
      expect.stringContaining('default value 2 is greater than max value 1'),
    ]);
    expect(errors(container({ default: { cpu: '1' }, defaultRequest: { cpu: '2' } }))).toEqual([
      expect.stringContaining('default request value 2 is greater than default limit value 1'),
    ]);
  });
});
