import { expect, it } from '@jest/globals';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance } from '../../../base/chance.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { invalidSpec } from '../../_shared/invalid-spec.ts';
import { deploymentController } from './controller.ts';

const APP = ['a', 'a', 'b'];

function labelsOf(chance: Chance): Record<string, string> {
  return { ...(chance.happens(0.8) ? { app: chance.pick(APP) } : {}), ...(chance.happens(0.3) ? { tier: chance.pick(APP) } : {}) };
}

function specOf(chance: Chance) {
  const selector: LabelSelector = chance.happens(0.05) ? {} : { matchLabels: labelsOf(chance) };
  return {
    replicas: chance.int(-1, 4),
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: chance.int(0, 2),
    selector,
    template: { metadata: { labels: labelsOf(chance) }, spec: { containers: [] } },
    strategy: chance.pick([{ type: 'Recreate' }, { type: 'RollingUpdate', rollingUpdate: { maxSurge: chance.int(0, 2), maxUnavailable: 1 } }]),
  };
}

/** A ReplicaSet that is there already: nobody's, the Deployment's or another's. */
const setOf = (chance: Chance) => ({
  owner: chance.pick(['nobody', 'this', 'another'] as const),
  labels: labelsOf(chance),
  replicas: chance.int(0, 3),
});

it('whatever it meets, a Deployment makes one ReplicaSet at most, changes none that it does not select, and stops where its spec is invalid', async () => {
  let valid = 0;
  for (let seed = 0; seed < 200; seed++) {
    const chance = createChance(seed);
    const stub = createStubEnv(deploymentController({ deployments, replicaSets, pods }));
    const spec = specOf(chance);
    const { metadata } = await stub.client.create(deployments, { metadata: { name: 'web', namespace: 'default', generation: 1 }, spec });
    const there = Array.from({ length: chance.int(0, 3) }, () => setOf(chance));
    for (const [i, { owner, labels, replicas }] of there.entries()) {
      const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: owner === 'this' ? metadata.uid : 'other', controller: true };
      await stub.client.create(replicaSets, {
        metadata: { name: `rs${i}`, namespace: 'default', labels, ...(owner === 'nobody' ? {} : { ownerReferences: [ref] }) },
        spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } },
        status: { replicas },
      });
    }
    for (const kind of [deployments, replicaSets]) await stub.catchUp(kind);
    const before = stub.client.calls.length;
    for (let round = 0; round < 2; round++) await stub.reconcile('web').catch(() => undefined);
    const writes = stub.client.calls.slice(before).filter((call) => /^(create|update|patch|delete) (replicasets|pods)/.test(call));
    if (invalidSpec({ ...spec }) !== undefined) {
      expect({ seed, writes }).toEqual({ seed, writes: [] });
      continue;
    }
    valid++;
    const made = (await stub.client.list(replicaSets)).items.filter(({ metadata: { name } }) => !name.startsWith('rs'));
    expect({ seed, made: Math.min(made.length, 2) }).toEqual({ seed, made: made.length > 1 ? 1 : made.length });
    const wanted = made[0]?.spec?.replicas ?? 0;
    expect({ seed, tooMany: Math.max(0, wanted - spec.replicas) }).toEqual({ seed, tooMany: 0 });
    const { matches } = selectorFrom(spec.selector);
    for (const [i, set] of there.entries()) {
      const touched = writes.filter((write) => write.endsWith(` default/rs${i}`));
      // A ReplicaSet of its own that it no longer selects is let go, and nothing else.
      const letGo = (write: string) => set.owner === 'this' && write.startsWith('patch');
      const forbidden = set.owner === 'another' ? touched : matches(set.labels) ? [] : touched.filter((write) => !letGo(write));
      expect({ seed, forbidden }).toEqual({ seed, forbidden: [] });
    }
  }
  expect(valid).toBeGreaterThan(20);
});
