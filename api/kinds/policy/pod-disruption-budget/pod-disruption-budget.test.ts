import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { createErrors, statusErrors, stored, updated } from '../../../definition/strategy.fixture.ts';
import { podDisruptionBudgets } from './index.ts';
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from './schema.ts';

const { strategy } = podDisruptionBudgets;
const selector = { matchLabels: { app: 'a' } };
const status: PodDisruptionBudgetStatus = { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 };

describe('a PodDisruptionBudget', () => {
  it.each<[PodDisruptionBudgetSpec, string]>([
    [
      { minAvailable: 1, maxUnavailable: '5%' },
      'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":"5%","UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    ],
    [{ minAvailable: -1 }, 'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
    [{ maxUnavailable: '101%' }, 'spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    [
      { maxUnavailable: 'x' },
      `spec.maxUnavailable: Invalid value: "x": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
    ],
    [
      { unhealthyPodEvictionPolicy: 'Never' },
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
    [
      { selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
  ])('is refused with %j', (spec, error) => {
    expect(createErrors(strategy, { spec })).toEqual([error]);
  });

  it('has an empty status at first, and keeps it when its spec changes', () => {
    const old = stored(strategy, { spec: { minAvailable: 1, selector }, status });
    expect(old.status).toEqual({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 });
    const next = updated(strategy, old, (budget) => {
      budget.spec = { maxUnavailable: 1, selector };
      budget.status = status;
    });
    expect(next).toMatchObject({ spec: { maxUnavailable: 1 }, status: { disruptionsAllowed: 0 } });
  });

  it('refuses a status of negative numbers and of conditions in a wrong form', () => {
    const old = stored(strategy, { spec: { minAvailable: 1, selector } });
    const condition = { type: 'A', status: 'True', reason: 'R', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const errors = statusErrors(strategy, old, (budget) => {
      budget.status = { ...status, expectedPods: -1, conditions: [condition, { ...condition, status: 'Maybe', reason: '' }] };
    });
    expect(errors).toEqual([
      'status.conditions[1].type: Duplicate value: "A"',
      'status.conditions[1].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      'status.conditions[1].reason: Required value',
      'status.expectedPods: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });

  it('shows what it limits', () => {
    const budget = { ...stored(strategy, { spec: { maxUnavailable: '50%', selector } }), status };
    expect(row(podDisruptionBudgets, budget)).toMatchObject({ 'Min Available': 'N/A', 'Max Unavailable': '50%', 'Allowed Disruptions': 1 });
  });
});
