import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { createErrors, stored, updated, updateErrors } from '../../definition/strategy.fixture.ts';
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from './resource-quota.ts';
import { resourceQuotas, resourceQuotaStrategy as strategy } from './resource-quota.ts';

const errors = (spec: ResourceQuotaSpec) => createErrors(strategy, { spec });
const selects = (...matchExpressions: ScopedResourceSelectorRequirement[]): ResourceQuotaSpec => ({
  hard: { pods: '1' },
  scopeSelector: { matchExpressions },
});

describe('a ResourceQuota', () => {
  it('counts objects and measures what pods ask for', () => {
    const hard = {
      pods: '1',
      'requests.cpu': '500m',
      'limits.memory': '1Gi',
      'services.nodeports': '0',
      'count/deployments.apps': '2',
      'requests.example.com/gpu': '1',
    };
    expect(errors({ hard })).toEqual([]);
  });

  it.each<[string, ResourceQuotaSpec, string[]]>([
    [
      'knows what it counts',
      { hard: { bogus: '1' } },
      ['spec.hard[bogus]: Invalid value: "bogus": must be a standard resource', 'must be a standard resource for quota'],
    ],
    ['gives no less than nothing', { hard: { pods: '-1' } }, ['spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0']],
    ['counts in whole numbers', { hard: { pods: '1500m' } }, ['spec.hard[pods]: Invalid value: "1500m": must be an integer']],
    ['knows its scopes', { scopes: ['Bogus'] }, ['spec.scopes: Invalid value: ["Bogus"]: unsupported scope']],
    ['has no two scopes that exclude each other', { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }, ['conflicting scopes']],
    ['counts in a scope what can be in it', { hard: { 'requests.cpu': '1' }, scopes: ['BestEffort'] }, ['unsupported scope applied to resource']],
    [
      'knows the scopes that it selects',
      selects({ scopeName: 'x', operator: 'Exists' }),
      ['spec.scopeSelector.matchExpressions.scopeName: Invalid value: "x": unsupported scope'],
    ],
    [
      'selects by values where it compares',
      selects({ scopeName: 'PriorityClass', operator: 'In' }),
      ['spec.scopeSelector.matchExpressions.values: Required value'],
    ],
    [
      'asks of plain scopes only that they are',
      selects({ scopeName: 'BestEffort', operator: 'In', values: ['x'] }),
      ['spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exists\''],
    ],
  ])('%s', (_sentence, spec, expected) => {
    expect(errors(spec)).toEqual(expected.map((text) => expect.stringContaining(text)));
  });

  it('keeps its scopes, in whatever order', () => {
    const old = stored(strategy, { spec: { hard: { pods: '1' }, scopes: ['Terminating', 'BestEffort'] } });
    expect(
      updateErrors(strategy, old, (quota) => {
        quota.spec!.scopes = ['BestEffort', 'Terminating'];
      }),
    ).toEqual([]);
    expect(
      updateErrors(strategy, old, (quota) => {
        quota.spec!.scopes = ['BestEffort'];
      }),
    ).toEqual(['spec.scopes: Invalid value: ["BestEffort"]: field is immutable']);
  });

  it('says nothing of what is used when it is made or changed', () => {
    const old = stored(strategy, { spec: { hard: { pods: '1' } }, status: { used: { pods: '9' } } });
    expect(old.status).toEqual({});
    expect(
      updated(strategy, old, (quota) => {
        quota.status = { used: { pods: '9' } };
      }).status,
    ).toEqual({});
  });
});

it('the table of ResourceQuotas shows requests and limits apart', () => {
  const quota = { status: { hard: { pods: '10', 'limits.cpu': '2', 'requests.cpu': '1' }, used: { pods: '3', 'limits.cpu': '1' } } };
  expect(row(resourceQuotas, quota)).toMatchObject({ Request: 'pods: 3/10, requests.cpu: 0/1', Limit: 'limits.cpu: 1/2' });
});
