import type { ResourceWeight, ScoringStrategy, ShapePoint } from '../config/plugin-arguments.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { amountOf, isScalar } from '../state/resources.ts';
import type { Score } from './plugin.ts';
import { MAX_SCORE } from './plugin.ts';

/** Scores one resource of a node by the amount that would be requested there; `capacity` is above 0. */
type ResourceScore = (requested: number, capacity: number) => number;

const leastAllocated: ResourceScore = (requested, capacity) =>
  requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_SCORE) / capacity);

const mostAllocated: ResourceScore = (requested, capacity) => Math.trunc((Math.min(requested, capacity) * MAX_SCORE) / capacity);

/** The scores of a shape end at 10; those of nodes at 100. */
const SHAPE_FACTOR = MAX_SCORE / 10;

/** Scores a utilization by the straight lines between the points of a shape. */
function byShape(shape: readonly ShapePoint[]): ResourceScore {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * SHAPE_FACTOR }));
  const at = (utilization: number): number => {
    const index = points.findIndex((point) => utilization <= point.utilization);
    const [after, before] = [points[index], points[index - 1]];
    if (!after) return points.at(-1)?.score ?? 0;
    if (!before) return after.score;
    const slope = ((after.score - before.score) * (utilization - before.utilization)) / (after.utilization - before.utilization);
    return before.score + Math.trunc(slope);
  };
  return (requested, capacity) => at(requested > capacity ? 100 : Math.trunc((requested * 100) / capacity));
}

/** The resources that count for a pod: an extended resource only if the pod asks for it. */
const countedFor = ({ nonZero }: PodInfo, resources: readonly ResourceWeight[]) =>
  resources.flatMap(({ name, weight }) => {
    const amount = amountOf(nonZero, name);
    return amount === 0 && isScalar(name) ? [] : [{ name, weight, amount }];
  });

/** Scores nodes by how much of their resources would be requested with the pod there (NodeResourcesFit). */
export function nodeResourcesFitScore({ type, resources, shape }: ScoringStrategy): Score {
  const isRatio = type === 'RequestedToCapacityRatio';
  const scoreOf = isRatio ? byShape(shape) : type === 'MostAllocated' ? mostAllocated : leastAllocated;
  return {
    name: 'NodeResourcesFit',
    prepare(pod) {
      const counted = countedFor(pod, resources);
      return ({ allocatable, nonZeroRequested }) => {
        let sum = 0;
        let weights = 0;
        for (const { name, weight, amount } of counted) {
          const capacity = amountOf(allocatable, name);
          if (capacity === 0) continue;
          const score = scoreOf(amountOf(nonZeroRequested, name) + amount, capacity);
          // By a ratio, a resource that scores nothing does not pull the others down.
          if (isRatio && score <= 0) continue;
          sum += score * weight;
          weights += weight;
        }
        if (weights === 0) return 0;
        return isRatio ? Math.round(sum / weights) : Math.trunc(sum / weights);
      };
    },
  };
}

/** Prefers nodes whose resources are used in like shares. Does not apply to pods that ask for none of them. */
export function balancedAllocationScore(resources: readonly ResourceWeight[]): Score {
  return {
    name: 'NodeResourcesBalancedAllocation',
    prepare({ requested }) {
      const counted = resources.flatMap(({ name }) => {
        const amount = amountOf(requested, name);
        return amount === 0 && isScalar(name) ? [] : [{ name, amount }];
      });
      if (counted.every(({ amount }) => amount === 0)) return undefined;
      return ({ allocatable, requested: used }) => {
        const shares: number[] = [];
        for (const { name, amount } of counted) {
          const capacity = amountOf(allocatable, name);
          if (capacity > 0) shares.push(Math.min(1, (amountOf(used, name) + amount) / capacity));
        }
        return Math.trunc((1 - deviationOf(shares)) * MAX_SCORE);
      };
    },
  };
}

/** The standard deviation, by the formulas that upstream uses for two values and for more. */
function deviationOf(shares: readonly number[]): number {
  const [first = 0, second = 0] = shares;
  if (shares.length < 2) return 0;
  if (shares.length === 2) return Math.abs((first - second) / 2);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
}
