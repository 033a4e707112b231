import { describe, expect, it } from '@jest/globals';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import { ordinalOf } from './ordinals.ts';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';
import { revisionOf } from './stateful-pod.ts';
import type { PodTraits } from './stateful-pods.fixture.ts';
import { observed, statefulPod, statefulSet } from './stateful-pods.fixture.ts';

type World = Map<number, PodTraits>;
const PHASES = ['Pending', 'Running', 'Running', 'Running', 'Failed', 'Succeeded'] as const;

/** Of an OrderedReady set a pod that is to be scaled away has not failed: others above it would wait for ever, as upstream has it. */
function randomWorld(chance: Chance, mayFail: (ordinal: number) => boolean): World {
  const world: World = new Map();
  for (let ordinal = 0; ordinal < 7; ordinal++) {
    if (chance.happens(0.4)) continue;
    const phase = mayFail(ordinal) ? chance.pick([...PHASES]) : 'Running';
    const readyFor = phase === 'Running' && chance.happens(0.7) ? 60 : null;
    world.set(ordinal, { revision: chance.pick(['new', 'old', 'older']), phase, readyFor, deleting: chance.happens(0.2) });
  }
  return world;
}

const podsOf = (world: World) => [...world].map(([ordinal, traits]) => statefulPod(ordinal, traits));
const planFor = (set: Live<StatefulSet>, world: World): Plan => plan(observed(set, podsOf(world)));

function follow(world: World, { phases }: Plan): void {
  for (const action of phases.flat()) {
    if (action.do === 'create') world.set(ordinalOf(action.pod), { revision: revisionOf(action.pod), phase: 'Pending', readyFor: null });
    if (action.do === 'delete') world.set(ordinalOf(action.pod), { ...world.get(ordinalOf(action.pod)), deleting: true });
  }
}

function proceed(world: World, chance: Chance, hurry: boolean): void {
  for (const [ordinal, traits] of [...world]) {
    if (!hurry && chance.happens(0.5)) continue;
    if (traits.deleting) world.delete(ordinal);
    else if (traits.phase === 'Pending') world.set(ordinal, { ...traits, phase: 'Running' });
    else if (traits.phase === 'Running') world.set(ordinal, { ...traits, readyFor: 60 });
  }
}

const rolling = (partition: number, maxUnavailable?: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition, ...(maxUnavailable === undefined ? {} : { maxUnavailable }) } },
});
const parallel = { podManagementPolicy: 'Parallel' };
const sets: [string, Live<StatefulSet>][] = [
  ['OrderedReady', statefulSet(4)],
  ['OrderedReady from 2', statefulSet(3, { ordinals: { start: 2 } })],
  ['OrderedReady with a partition', statefulSet(4, rolling(2))],
  ['OrderedReady with maxUnavailable', statefulSet(4, rolling(0, 2))],
  ['Parallel', statefulSet(4, parallel)],
  ['Parallel with maxUnavailable', statefulSet(4, { ...parallel, ...rolling(1, 3) })],
  ['OnDelete', statefulSet(3, { updateStrategy: { type: 'OnDelete' } })],
  ['scaled to nothing', statefulSet(0)],
];

describe.each(sets)('the plan of a set that is %s', (_, set) => {
  const start = set.spec?.ordinals?.start ?? 0;
  const wanted = Array.from({ length: set.spec?.replicas ?? 1 }, (__, index) => start + index);
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  const isOrdered = set.spec?.podManagementPolicy !== 'Parallel';

  const mayFail = (ordinal: number) => !isOrdered || wanted.includes(ordinal);

  it('leads from any state to the wanted pods, those that it reaches of the new revision, and then rests', () => {
    const reached = type === 'OnDelete' ? [] : wanted.slice(rollingUpdate?.partition ?? 0);
    const ends = seeds(40).map((seed) => {
      const chance = createChance(seed);
      const world = randomWorld(chance, mayFail);
      for (let tick = 0; tick < 90; tick++) {
        follow(world, planFor(set, world));
        proceed(world, chance, tick > 20);
      }
      const { phases } = planFor(set, world);
      return { seed, ordinals: [...world.keys()].sort(), revisions: reached.map((ordinal) => world.get(ordinal)?.revision), phases };
    });
    expect(ends).toEqual(seeds(40).map((seed) => ({ seed, ordinals: wanted, revisions: reached.map(() => 'new'), phases: [] })));
  });

  it('never creates what is there, deletes what terminates, or updates below its partition', () => {
    const faults: string[] = [];
    for (const seed of seeds(40)) {
      const chance = createChance(1000 + seed);
      const world = randomWorld(chance, () => true);
      for (let tick = 0; tick < 40; tick++) {
        const round = planFor(set, world);
        for (const action of round.phases.flat()) {
          if (action.do !== 'create' && action.do !== 'delete') continue;
          const ordinal = ordinalOf(action.pod);
          const there = world.get(ordinal);
          if (action.do === 'create' && there) faults.push(`${seed}/${tick}: creates ${ordinal}`);
          if (action.do === 'delete' && there?.deleting) faults.push(`${seed}/${tick}: deletes ${ordinal} twice`);
          const isBelow = ordinal < start + (rollingUpdate?.partition ?? 0);
          if (action.do === 'delete' && action.why === 'update' && isBelow) faults.push(`${seed}/${tick}: updates ${ordinal}`);
        }
        follow(world, round);
        proceed(world, chance, false);
      }
    }
    expect(faults).toEqual([]);
  });

  it('keeps to its limits: one write at a time where it is ordered, and no more pods missing than may be in an update', () => {
    const limit = rollingUpdate?.maxUnavailable === undefined ? 1 : Number(rollingUpdate.maxUnavailable);
    const faults: string[] = [];
    for (const seed of seeds(20)) {
      const chance = createChance(2000 + seed);
      const world: World = new Map(wanted.map((ordinal) => [ordinal, { revision: 'old', readyFor: 60 }]));
      for (let tick = 0; tick < 80; tick++) {
        const round = planFor(set, world);
        const writes = round.phases.flat().length;
        if (isOrdered && writes > limit) faults.push(`${seed}/${tick}: ${writes} writes`);
        follow(world, round);
        const missing = wanted.length - [...world.values()].filter(({ deleting, readyFor }) => !deleting && readyFor === 60).length;
        if (missing > limit) faults.push(`${seed}/${tick}: ${missing} missing`);
        proceed(world, chance, tick > 50);
      }
    }
    expect(faults).toEqual([]);
  });
});
