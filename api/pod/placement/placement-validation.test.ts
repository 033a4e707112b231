import { describe } from '@jest/globals';
import { refuses, takes } from '../../kinds/core/pod/rules.fixture.ts';
import type { Affinity } from './affinity.ts';

describe('placement', () => {
  const required = (matchExpressions: { key: string; operator: string; values?: string[] }[]): { affinity: Affinity } => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } },
  });
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' };
  refuses([
    ['compares with values', required([{ key: 'a', operator: 'In' }]), ["must be specified when `operator` is 'In' or 'NotIn'"]],
    ['asks for presence without values', required([{ key: 'a', operator: 'Exists', values: ['b'] }]), ['values: Forbidden']],
    ['orders by one value', required([{ key: 'a', operator: 'Gt', values: ['1', '2'] }]), ['must be specified single value']],
    ['knows its operators', required([{ key: 'a', operator: 'Like' }]), ['operator: Invalid value: "Like": not a valid selector operator']],
    [
      'asks for something',
      { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
      ['must have at least one node selector term'],
    ],
    [
      'weighs from 1 to 100',
      { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }] } } },
      ['weight: Invalid value: 0: must be in the range 1-100'],
    ],
    [
      'is near something',
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } } },
      ['topologyKey: Required value: can not be empty', 'name part must be non-empty', 'name part'],
    ],
    [
      'tolerates all with Exists',
      { tolerations: [{ operator: 'Equal' }] },
      ['tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty'],
    ],
    [
      'tolerates for a time what evicts',
      { tolerations: [{ key: 'a', tolerationSeconds: 1, effect: 'NoSchedule' }] },
      ["effect must be 'NoExecute' when `tolerationSeconds` is set"],
    ],
    [
      'tolerates known effects',
      { tolerations: [{ key: 'a', effect: 'x' }] },
      ['tolerations[0].effect: Unsupported value: "x": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
    ],
    ['spreads by some skew', { topologySpreadConstraints: [{ ...spread, maxSkew: 0 }] }, ['maxSkew: Invalid value: 0: must be greater than zero']],
    [
      'spreads once a key and action',
      { topologySpreadConstraints: [spread, spread] },
      ['topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"'],
    ],
    [
      'wants domains only where it insists',
      { topologySpreadConstraints: [{ ...spread, whenUnsatisfiable: 'ScheduleAnyway', minDomains: 1 }] },
      ['can only use minDomains if whenUnsatisfiable=DoNotSchedule'],
    ],
  ]);
  takes([
    [
      'may prefer values that no label can have',
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['no label'] }] } },
            ],
          },
        },
      },
    ],
  ]);
});
