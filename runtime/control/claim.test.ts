import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import { claim, planClaim } from './claim.ts';

const live = (uid: string, more: Partial<Live['metadata']> = {}): Live => ({
  metadata: { name: uid, namespace: 'default', uid, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...more },
});
const ref = (uid: string) => [{ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid, controller: true }];
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };

describe('a claim', () => {
  it.each([
    ['ours that matches', {}, { ownerReferences: ref('owner') }, true, 'keep'],
    ['ours that matches, while we are deleted', gone, { ownerReferences: ref('owner') }, true, 'keep'],
    ['ours that no longer matches', {}, { ownerReferences: ref('owner') }, false, 'release'],
    ['ours that no longer matches, while we are deleted', gone, { ownerReferences: ref('owner') }, false, 'ignore'],
    ['an orphan that matches', {}, {}, true, 'adopt'],
    ['an orphan that does not match', {}, {}, false, 'ignore'],
    ['an orphan that matches, while we are deleted', gone, {}, true, 'ignore'],
    ['an orphan that is being deleted', {}, gone, true, 'ignore'],
    ['an orphan of another namespace', {}, { namespace: 'other' }, true, 'ignore'],
    ["another's that matches", {}, { ownerReferences: ref('other') }, true, 'ignore'],
  ])('on %s', (_, owner, object, matches, expected) => {
    expect(planClaim(live('owner', owner), live('object', object), matches)).toBe(expected);
  });
});

describe('an adoption', () => {
  const setUp = async () => {
    const client = createMemoryClient(createFakeClock());
    const owner = await client.create(configMaps, { metadata: { name: 'owner', namespace: 'default' } });
    const orphans = [
      await client.create(secrets, { metadata: { name: 'a', namespace: 'default' } }),
      await client.create(secrets, { metadata: { name: 'b', namespace: 'default' } }),
    ];
    return { client, owner, orphans };
  };

  it('asks the server once whether the owner still lives', async () => {
    const { client, owner, orphans } = await setUp();
    const { owned } = await claim(client, configMaps, owner, secrets, orphans, () => true);
    expect(owned.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual([owner.metadata.uid, owner.metadata.uid]);
    expect(client.calls.filter((call) => call.startsWith('get'))).toEqual(['get configmaps default/owner']);
  });

  it('is not made for an owner that was replaced by another of its name', async () => {
    const { client, owner, orphans } = await setUp();
    await client.delete(configMaps, { namespace: 'default', name: 'owner' });
    await client.create(configMaps, { metadata: { name: 'owner', namespace: 'default' } });
    const { owned, error } = await claim(client, configMaps, owner, secrets, orphans, () => true);
    expect(owned).toEqual([]);
    expect(error).toBeInstanceOf(Error);
    expect((await client.get(secrets, { namespace: 'default', name: 'a' })).metadata.ownerReferences).toBeUndefined();
  });

  it('loses to whoever changed the object meanwhile', async () => {
    const { client, owner, orphans } = await setUp();
    client.failNext('patch secrets default/a', errors.conflict(secrets, 'a', 'the object has been modified'));
    const { owned, error } = await claim(client, configMaps, owner, secrets, orphans, () => true);
    expect(owned.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(error).toMatchObject({ reason: 'Conflict' });
  });
});
