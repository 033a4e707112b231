import { describe, expect, it } from '@jest/globals';
import type { HorizontalPodAutoscalerSpec, HPAScalingRules } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/schema.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import type { AutoscalerMemory } from './memory.ts';
import { firstMemory, withScaleEvent } from './memory.ts';
import { combine, normalize, rescaleReason, situationOf, tolerancesOf } from './plan.ts';
import type { MetricOutcome } from './proposals.ts';
import { AUTOSCALER_DEFAULTS } from './settings.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const spec = (changes: Partial<HorizontalPodAutoscalerSpec> = {}): HorizontalPodAutoscalerSpec => ({
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  minReplicas: 1,
  maxReplicas: 100,
  ...changes,
});

const rules = (policies: HPAScalingRules['policies'], changes: Partial<HPAScalingRules> = {}): HPAScalingRules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies,
  ...changes,
});
const FREE = rules([{ type: 'Percent', value: 1000, periodSeconds: 15 }]);
const NOTHING: AutoscalerMemory = { recommendations: [], scaleUps: [], scaleDowns: [] };

const shown = ({ desired, findings }: ReturnType<typeof normalize>) => [
  desired,
  ...findings.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
];

describe('the number of pods', () => {
  it.each([
    ['stays at zero, where somebody has put it', 0, 1, { kind: 'disabled' }],
    ['comes back under the largest', 101, 1, { kind: 'outside', desired: 100, reason: 'Current number of replicas above Spec.MaxReplicas' }],
    ['comes back over the smallest', 2, 5, { kind: 'outside', desired: 5, reason: 'Current number of replicas below Spec.MinReplicas' }],
    ['goes by the metrics in between', 50, 5, { kind: 'measured' }],
    ['goes by the metrics from zero where zero is allowed', 0, 0, { kind: 'measured' }],
  ])('%s', (_, current, minReplicas, expected) => {
    expect(situationOf(spec({ minReplicas }), current)).toEqual(expected);
  });
});

describe('several metrics', () => {
  const asks = (replicas: number, name: string): MetricOutcome => ({ ok: true, replicas, name, status: { type: 'Pods' } });
  const fails = (reason: string): MetricOutcome => ({
    ok: false,
    failure: { reason, message: `${reason} happened`, summary: `sum: ${reason} happened`, ofSpec: false },
  });

  it('make the largest number of pods that one of them asks for', () => {
    expect(combine([asks(2, 'a'), asks(5, 'b'), asks(3, 'c')], 4)).toMatchObject({
      ok: true,
      replicas: 5,
      finding: {
        type: 'ScalingActive',
        status: 'True',
        reason: 'ValidMetricFound',
        message: 'the HPA was able to successfully calculate a replica count from b',
      },
    });
  });

  it('scale up if one of them fails, and tell of it', () => {
    expect(combine([fails('X'), asks(5, 'b')], 4)).toMatchObject({
      ok: true,
      replicas: 5,
      fault: { message: 'invalid metrics (1 invalid out of 2), first error is: sum: X happened' },
    });
  });

  it('do not scale down if one of them fails', () => {
    expect(combine([asks(2, 'a'), fails('X'), fails('Y')], 4)).toEqual({
      ok: false,
      fault: { message: 'invalid metrics (2 invalid out of 3), first error is: sum: X happened', ofSpec: false },
      finding: {
        type: 'ScalingActive',
        status: 'False',
        reason: 'X',
        message: 'the HPA was unable to compute the replica count: X happened',
      },
    });
  });
});

describe('without a behavior', () => {
  const plain = (current: number, recommended: number, memory = NOTHING, changes: Partial<HorizontalPodAutoscalerSpec> = {}) =>
    normalize({ spec: spec(changes), current, recommended, memory, settings: AUTOSCALER_DEFAULTS, now: NOW });

  it.each([
    ['the number is taken within the bounds', 4, 6, {}, [6, 'AbleToScale=True ReadyForNewScale', 'ScalingLimited=False DesiredWithinRange']],
    ['it at most doubles', 10, 25, {}, [20, 'AbleToScale=True ReadyForNewScale', 'ScalingLimited=True ScaleUpLimit']],
    ['up to four are always allowed', 1, 9, {}, [4, 'AbleToScale=True ReadyForNewScale', 'ScalingLimited=True ScaleUpLimit']],
    ['it stays under the largest', 90, 120, {}, [100, 'AbleToScale=True ReadyForNewScale', 'ScalingLimited=True TooManyReplicas']],
    ['it stays over the smallest', 6, 0, { minReplicas: 3 }, [3, 'AbleToScale=True ReadyForNewScale', 'ScalingLimited=True TooFewReplicas']],
  ])('%s', (_, current, recommended, changes, expected) => {
    expect(shown(plain(current, recommended, NOTHING, changes))).toEqual(expected);
  });

  it('the highest recommendation of five minutes holds off scaling down', () => {
    const memory = {
      ...NOTHING,
      recommendations: [
        { replicas: 8, at: NOW - 4 * MINUTE },
        { replicas: 9, at: NOW - 6 * MINUTE },
      ],
    };
    expect(shown(plain(10, 3, memory))).toEqual([8, 'AbleToScale=True ScaleDownStabilized', 'ScalingLimited=False DesiredWithinRange']);
  });

  it('recommendations older than the window are forgotten', () => {
    const memory = { ...NOTHING, recommendations: [{ replicas: 9, at: NOW - 6 * MINUTE }] };
    expect(plain(10, 3, memory).memory.recommendations).toEqual([{ replicas: 3, at: NOW }]);
  });
});

describe('with a behavior', () => {
  const behaved = (current: number, recommended: number, behavior: { scaleUp?: HPAScalingRules; scaleDown?: HPAScalingRules }, memory = NOTHING) =>
    normalize({
      spec: spec({ behavior: { scaleUp: FREE, scaleDown: FREE, ...behavior } }),
      current,
      recommended,
      memory,
      settings: AUTOSCALER_DEFAULTS,
      now: NOW,
    });
  const pods4 = { type: 'Pods', value: 4, periodSeconds: 60 };
  const percent50 = { type: 'Percent', value: 50, periodSeconds: 60 };

  it.each([
    ['a number of pods limits the rise', 10, 30, { scaleUp: rules([pods4]) }, 14, 'True ScaleUpLimit'],
    ['a percentage limits the rise, rounded up', 9, 30, { scaleUp: rules([percent50]) }, 14, 'True ScaleUpLimit'],
    ['Max takes the larger of the limits', 20, 90, { scaleUp: rules([pods4, percent50]) }, 30, 'True ScaleUpLimit'],
    ['Min takes the smaller of the limits', 20, 90, { scaleUp: rules([pods4, percent50], { selectPolicy: 'Min' }) }, 24, 'True ScaleUpLimit'],
    ['Disabled allows no rise', 20, 90, { scaleUp: rules([pods4], { selectPolicy: 'Disabled' }) }, 20, 'True ScaleUpLimit'],
    ['a number of pods limits the fall', 30, 10, { scaleDown: rules([pods4]) }, 26, 'True ScaleDownLimit'],
    ['a percentage limits the fall, rounded down', 9, 1, { scaleDown: rules([percent50]) }, 4, 'True ScaleDownLimit'],
    ['Min takes the lesser fall', 30, 1, { scaleDown: rules([pods4, percent50], { selectPolicy: 'Min' }) }, 26, 'True ScaleDownLimit'],
    ['Disabled allows no fall', 30, 1, { scaleDown: rules([pods4], { selectPolicy: 'Disabled' }) }, 30, 'True ScaleDownLimit'],
    ['the largest number holds', 90, 150, {}, 100, 'True TooManyReplicas'],
    ['the smallest number holds', 5, 0, {}, 1, 'True TooFewReplicas'],
  ])('%s', (_, current, recommended, behavior, desired, limited) => {
    const result = shown(behaved(current, recommended, behavior));
    expect([result[0], result[2]]).toEqual([desired, `ScalingLimited=${limited}`]);
  });

  it('changes within the period count', () => {
    const behavior = { scaleUp: rules([pods4]), scaleDown: rules([pods4]) };
    const memory = {
      ...NOTHING,
      scaleUps: [
        { change: 3, at: NOW - 30 * SECOND },
        { change: 9, at: NOW - 61 * SECOND },
      ],
    };
    expect(behaved(13, 30, behavior, memory).desired).toBe(14);
    const fallen = { ...NOTHING, scaleDowns: [{ change: 4, at: NOW - 30 * SECOND }] };
    expect(shown(behaved(10, 1, behavior, fallen))).toEqual([10, 'AbleToScale=True ReadyForNewScale', 'ScalingLimited=True ScaleDownLimit']);
    // Replicas that went down within the period may come back beside those that the rule allows.
    expect(behaved(10, 30, behavior, fallen).desired).toBe(18);
  });

  it('the windows hold off both directions', () => {
    const memory = { ...NOTHING, recommendations: [{ replicas: 6, at: NOW - 30 * SECOND }] };
    const slow = { scaleUp: { ...FREE, stabilizationWindowSeconds: 60 }, scaleDown: { ...FREE, stabilizationWindowSeconds: 60 } };
    expect(shown(behaved(4, 9, slow, memory)).slice(0, 2)).toEqual([6, 'AbleToScale=True ScaleUpStabilized']);
    expect(shown(behaved(8, 2, slow, memory)).slice(0, 2)).toEqual([6, 'AbleToScale=True ScaleDownStabilized']);
    // A past recommendation on the other side of the present number keeps it where it is.
    expect(behaved(5, 9, slow, { ...NOTHING, recommendations: [{ replicas: 2, at: NOW - 30 * SECOND }] }).desired).toBe(5);
  });

  it('the window of the controller holds for a fall that names none', () => {
    const { stabilizationWindowSeconds: _, ...silent } = FREE;
    const memory = { ...NOTHING, recommendations: [{ replicas: 7, at: NOW - 4 * MINUTE }] };
    expect(behaved(8, 2, { scaleDown: silent }, memory).desired).toBe(7);
  });

  it('the tolerance of a direction stands in place of the controller’s', () => {
    const behavior = { scaleUp: { ...FREE, tolerance: '50m' }, scaleDown: FREE };
    expect(tolerancesOf(spec({ behavior }), AUTOSCALER_DEFAULTS)).toEqual({ up: 0.05, down: 0.1 });
  });

  it('changes are kept as long as the longest period, and only if there is a behavior', () => {
    const memory = {
      ...NOTHING,
      scaleUps: [
        { change: 1, at: NOW - 59 * SECOND },
        { change: 1, at: NOW - 61 * SECOND },
      ],
    };
    expect(withScaleEvent(memory, { scaleUp: rules([pods4]) }, 3, 5, NOW).scaleUps).toEqual([
      { change: 1, at: NOW - 59 * SECOND },
      { change: 2, at: NOW },
    ]);
    expect(withScaleEvent(NOTHING, { scaleDown: rules([pods4]) }, 5, 3, NOW).scaleDowns).toEqual([{ change: 2, at: NOW }]);
    expect(withScaleEvent(NOTHING, undefined, 5, 3, NOW)).toBe(NOTHING);
  });
});

describe('the reason of a change', () => {
  it('names the metric, or all of them', () => {
    expect([rescaleReason(5, 3, 'cpu resource'), rescaleReason(1, 3, 'x'), rescaleReason(3, 3, 'x')]).toEqual([
      'cpu resource above target',
      'All metrics below target',
      '',
    ]);
  });
});

describe('whatever the metrics ask for', () => {
  const behaviors = [
    undefined,
    { scaleUp: FREE, scaleDown: FREE },
    { scaleUp: rules([{ type: 'Pods', value: 1, periodSeconds: 60 }]), scaleDown: FREE },
  ];

  it.each(seeds(25))('the number of pods stays within its bounds, and reaches what is asked for in the end (seed %d)', (seed) => {
    const chance = createChance(seed);
    const minReplicas = chance.int(1, 5);
    const of = spec({ minReplicas, maxReplicas: minReplicas + chance.int(0, 30), behavior: chance.pick(behaviors) });
    let current = chance.int(minReplicas, of.maxReplicas);
    let now = NOW;
    let memory = firstMemory(current, now);
    const step = (recommended: number) => {
      const next = normalize({ spec: of, current, recommended, memory, settings: AUTOSCALER_DEFAULTS, now });
      expect(next.desired).toBeGreaterThanOrEqual(minReplicas);
      expect(next.desired).toBeLessThanOrEqual(of.maxReplicas);
      memory = next.desired === current ? next.memory : withScaleEvent(next.memory, of.behavior, current, next.desired, now);
      // The past is bounded.
      expect(memory.recommendations.length).toBeLessThanOrEqual(3600 / 15 + 2);
      current = next.desired;
      now += 15 * SECOND;
    };
    for (let i = chance.int(0, 40); i > 0; i--) step(chance.int(0, 50));
    const asked = chance.int(0, 50);
    for (let i = 0; i < 200; i++) step(asked);
    expect(current).toBe(Math.min(Math.max(asked, minReplicas), of.maxReplicas));
    // Asked the same again, it changes nothing.
    const settled = current;
    step(asked);
    expect(current).toBe(settled);
  });
});
