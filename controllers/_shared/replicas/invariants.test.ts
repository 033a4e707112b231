import { describe, expect, it } from '@jest/globals';
import type { Kind } from '../../../api/definition/kind.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { replicationControllers } from '../../../api/kinds/core/replication-controller.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance } from '../../../base/chance.fixture.ts';
import { replicaSetController } from '../../workloads/replica-set/controller.ts';
import { replicationControllerController } from '../../workloads/replication-controller/controller.ts';
import type { StubEnv } from '../env.fixture.ts';
import { createStubEnv } from '../env.fixture.ts';
import { invalidSpec } from '../invalid-spec.ts';

interface ExistingPod {
  readonly labels: Record<string, string> | undefined;
  readonly owner: 'nobody' | 'this' | 'another';
  readonly phase: string;
  readonly deleting: boolean;
}

/** Objects as a cluster may hold them that checks nothing: selectors that match too much or nothing, fewer pods than none, strangers' pods. */
function generator(chance: Chance) {
  const maybe = <T>(make: () => T): T | undefined => (chance.happens(0.1) ? undefined : make());
  const labels = () => {
    const made: Record<string, string> = {};
    for (const key of ['app', 'tier']) if (chance.happens(0.6)) made[key] = chance.pick(['a', 'a', 'b']);
    return made;
  };
  const several = <T>(most: number, make: () => T): T[] => Array.from({ length: chance.int(0, most) }, make);
  const requirement = () => ({
    key: chance.pick(['app', 'tier']),
    operator: chance.pick(['In', 'NotIn', 'Exists', 'In', 'DoesNotExist', 'Like']),
    values: chance.pick([[], ['a'], ['a', 'b']]),
  });
  return {
    replicas: () => maybe(() => chance.int(-2, 5)),
    labels: () => maybe(labels),
    selector: (): LabelSelector | undefined =>
      maybe(() => ({ matchLabels: labels(), ...(chance.happens(0.3) ? { matchExpressions: several(2, requirement) } : {}) })),
    template: () => maybe(() => ({ ...(chance.happens(0.1) ? {} : { metadata: { labels: labels() } }), spec: { containers: [] } })),
    pods: () =>
      several(
        5,
        (): ExistingPod => ({
          labels: maybe(labels),
          owner: chance.pick(['nobody', 'this', 'another']),
          phase: chance.pick(['Pending', 'Running', 'Failed']),
          deleting: chance.happens(0.2),
        }),
      ),
  };
}

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

interface Scene {
  readonly stub: StubEnv;
  readonly there: readonly Live<KubeObject>[];
}

/** Puts an owner and pods before its controller. The owner's UID is known only once it is there. */
async function stage(stub: StubEnv, kind: Kind, owner: object, podsThere: readonly ExistingPod[]): Promise<Scene> {
  const made = await stub.client.create(kind, { metadata: { name: 'web', namespace: 'default', generation: 1 }, ...owner });
  const there: Live<KubeObject>[] = [];
  for (const [index, { labels: own, owner: by, phase, deleting }] of podsThere.entries()) {
    const uid = by === 'this' ? made.metadata.uid : 'other';
    const ref = { apiVersion: 'v1', kind: kind.kind, name: by === 'this' ? 'web' : 'other', uid, controller: true };
    const metadata = {
      name: `p${index}`,
      namespace: 'default',
      ...(own ? { labels: own } : {}),
      ...(by === 'nobody' ? {} : { ownerReferences: [ref] }),
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    };
    there.push(await stub.client.create(pods, { metadata, spec: { containers: [] }, status: { phase } }));
  }
  await stub.catchUp(kind);
  await stub.catchUp(pods);
  return { stub, there };
}

const isActivePod = ({ phase, deleting }: ExistingPod): boolean => phase !== 'Failed' && !deleting;

/** Runs two rounds without showing the controller what it has done, and returns its writes to pods since. */
async function twoRounds({ stub }: Scene): Promise<readonly string[]> {
  const before = stub.client.calls.length;
  for (let round = 0; round < 2; round++) await stub.reconcile('web').catch(() => undefined);
  return stub.client.calls.slice(before).filter((call) => /^(create|delete|patch|update) pods/.test(call));
}

async function check(scene: Scene, podsThere: readonly ExistingPod[], spec: Parameters<typeof invalidSpec>[0], seed: number): Promise<void> {
  const writes = await twoRounds(scene);
  if (invalidSpec(spec) !== undefined) {
    expect({ seed, writes }).toEqual({ seed, writes: [] });
    return;
  }
  const wanted = spec.replicas ?? 1;
  const selects = selectorFrom(spec.selector);
  const matching = podsThere.map((pod) => selects.matches(pod.labels));
  const own = podsThere.filter((pod, i) => matching[i] && isActivePod(pod) && pod.owner !== 'another').length;
  const count = (verb: string) => writes.filter((write) => write.startsWith(verb)).length;
  expect({ seed, tooMany: Math.max(0, count('create') - Math.max(0, wanted - own)) }).toEqual({ seed, tooMany: 0 });
  expect({ seed, tooMany: Math.max(0, count('delete') - Math.max(0, own - wanted)) }).toEqual({ seed, tooMany: 0 });
  for (const [i, pod] of podsThere.entries()) {
    const touched = writes.filter((write) => write.endsWith(` default/p${i}`));
    // A pod of its own that it no longer selects is let go, and nothing else.
    const forbidden = pod.owner === 'another' || !matching[i] ? touched.filter((write) => pod.owner !== 'this' || !write.startsWith('patch')) : [];
    expect({ seed, forbidden }).toEqual({ seed, forbidden: [] });
  }
}

describe('whatever it meets', () => {
  it('a ReplicaSet makes no more than it should, touches no pod that it does not select, and stops where its spec is invalid', async () => {
    for (const seed of SEEDS) {
      const make = generator(createChance(seed));
      const stub = createStubEnv(replicaSetController({ replicaSets, pods }));
      const spec = { replicas: make.replicas(), selector: make.selector(), template: make.template() };
      const podsThere = make.pods();
      const scene = await stage(stub, replicaSets, { spec }, podsThere);
      await check(scene, podsThere, spec, seed);
    }
  });

  it('a ReplicationController does so too', async () => {
    for (const seed of SEEDS) {
      const make = generator(createChance(seed));
      const stub = createStubEnv(replicationControllerController({ replicationControllers, pods }));
      const [replicas, selector, template] = [make.replicas(), make.labels(), make.template()];
      const podsThere = make.pods();
      const scene = await stage(stub, replicationControllers, { spec: { replicas, selector, template } }, podsThere);
      // Left out, its selector is that of the template's labels.
      const matchLabels = Object.keys(selector ?? {}).length > 0 ? selector : template?.metadata?.labels;
      await check(scene, podsThere, { replicas, selector: matchLabels && { matchLabels }, template }, seed);
    }
  });

  it('is valid often enough for the test to say something', () => {
    const valid = SEEDS.filter((seed) => {
      const make = generator(createChance(seed));
      return invalidSpec({ replicas: make.replicas(), selector: make.selector(), template: make.template() }) === undefined;
    });
    expect(valid.length).toBeGreaterThan(SEEDS.length / 20);
  });
});
