import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import type { PodTraits } from './daemon-pods.fixture.ts';
import { daemonPod, daemonSet, observed } from './daemon-pods.fixture.ts';
import type { Placement } from './placement.ts';
import { plan } from './plan.ts';
import type { Plan } from './round.ts';

const NODES = ['a', 'b', 'c', 'd', 'e'] as const;
const PHASES = ['Pending', 'Running', 'Running', 'Running', 'Failed', 'Succeeded'] as const;

/** A cluster that does what plans say, at its own pace. */
interface World {
  readonly pods: Map<string, PodTraits>;
  readonly placement: Readonly<Record<string, Placement>>;
}

function randomWorld(chance: Chance): World {
  const pods = new Map<string, PodTraits>();
  for (let i = chance.below(12); i > 0; i--) {
    const phase = chance.pick([...PHASES]);
    pods.set(`start-${i}`, {
      node: chance.pick([...NODES, 'gone']),
      hash: chance.pick(['new', 'old', 'older']),
      phase,
      ...(phase === 'Running' && chance.happens(0.7) ? { readyFor: chance.below(100) } : {}),
      deleting: chance.happens(0.2),
      unscheduled: phase === 'Pending' && chance.happens(0.5),
      day: 1 + chance.below(5),
    });
  }
  const placement = Object.fromEntries(NODES.map((name) => [name, chance.pick<Placement>(['run', 'run', 'run', 'stay', 'none'])]));
  return { pods, placement };
}

const livePods = ({ pods }: World): Live<Pod>[] => [...pods].map(([name, traits]) => daemonPod(name, traits));

let made = 0;
function follow({ pods }: World, { create, remove }: Plan): void {
  for (const node of create) pods.set(`made-${++made}`, { node, hash: 'new', phase: 'Pending', unscheduled: true, day: 6 });
  for (const { metadata } of remove) pods.set(metadata.name, { ...(pods.get(metadata.name) ?? { node: 'a' }), deleting: true });
}

/** Lets some of the pods start, and some of those that terminate end. `hurry`: all of them. */
function proceed(world: World, chance: Chance, hurry: boolean): void {
  for (const [name, traits] of [...world.pods]) {
    if (!hurry && chance.happens(0.5)) continue;
    // The garbage collection of pods ends those of a node that is gone.
    if (traits.deleting || traits.node === 'gone') world.pods.delete(name);
    else if (traits.phase === 'Pending') world.pods.set(name, { ...traits, phase: 'Running', unscheduled: false });
    else if (traits.phase === 'Running') world.pods.set(name, { ...traits, readyFor: traits.readyFor ?? 60 });
  }
}

const strategies = [{ maxUnavailable: 1 }, { maxUnavailable: '50%' }, { maxSurge: 1, maxUnavailable: 0 }, { maxSurge: '100%', maxUnavailable: 0 }];

describe.each(strategies)('the plan of a DaemonSet with %j', (rolling) => {
  const set = daemonSet(rolling);
  const surges = 'maxSurge' in rolling;

  it('leads from any state to one new pod on each node that should run one, and then rests', () => {
    const faults: string[] = [];
    for (const seed of seeds(50)) {
      const chance = createChance(seed);
      const world = randomWorld(chance);
      for (let tick = 0; tick < 60; tick++) {
        follow(world, plan(observed(set, NODES, livePods(world), { placement: world.placement })));
        proceed(world, chance, tick > 20);
      }
      for (const node of NODES) {
        const pods = [...world.pods.values()].filter((pod) => pod.node === node);
        const placement = world.placement[node] ?? 'run';
        const expected = { run: [1], stay: [0, 1], none: [0] }[placement];
        if (!expected.includes(pods.length)) faults.push(`${seed}: ${pods.length} pods on ${node}`);
        if (placement === 'run' && pods[0]?.hash !== 'new') faults.push(`${seed}: an old pod on ${node}`);
      }
      const { create, remove } = plan(observed(set, NODES, livePods(world), { placement: world.placement }));
      if (create.length + remove.length > 0) faults.push(`${seed}: does not rest`);
    }
    expect(faults).toEqual([]);
  });

  it('never creates a pod on a node that has as many as it may, nor deletes one twice', () => {
    const faults: string[] = [];
    for (const seed of seeds(50)) {
      const chance = createChance(1000 + seed);
      const world = randomWorld(chance);
      for (let tick = 0; tick < 40; tick++) {
        const round = plan(observed(set, NODES, livePods(world), { placement: world.placement }));
        const removed = new Set(round.remove.map(({ metadata }) => metadata.name));
        for (const node of round.create) {
          const there = [...world.pods].filter(([name, pod]) => pod.node === node && !pod.deleting && !removed.has(name)).length;
          if (there > (surges ? 1 : 0)) faults.push(`${seed}/${tick}: one more beside ${there} on ${node}`);
          if (world.placement[node] !== 'run') faults.push(`${seed}/${tick}: one on ${node}, which takes none`);
        }
        if (round.remove.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) faults.push(`${seed}/${tick}: deletes what terminates`);
        if (removed.size < round.remove.length) faults.push(`${seed}/${tick}: deletes one twice`);
        follow(world, round);
        proceed(world, chance, false);
      }
    }
    expect(faults).toEqual([]);
  });

  it('keeps a rollout over healthy pods within its limits', () => {
    const limit = { '1': 1, '50%': 3, '0': 0 }[String(rolling.maxUnavailable)] ?? 0;
    const faults: string[] = [];
    for (const seed of seeds(20)) {
      const chance = createChance(2000 + seed);
      const pods = new Map<string, PodTraits>(NODES.map((node) => [`old-${node}`, { node, hash: 'old', readyFor: 60 }]));
      const world: World = { pods, placement: {} };
      for (let tick = 0; tick < 60; tick++) {
        follow(world, plan(observed(set, NODES, livePods(world))));
        const serving = new Set([...world.pods.values()].filter((pod) => !pod.deleting && pod.readyFor !== undefined).map((pod) => pod.node));
        if (NODES.length - serving.size > limit) faults.push(`${seed}/${tick}: only ${serving.size} serve`);
        proceed(world, chance, tick > 30);
      }
      if ([...world.pods.values()].some(({ hash }) => hash !== 'new')) faults.push(`${seed}: not rolled out`);
    }
    expect(faults).toEqual([]);
  });
});
