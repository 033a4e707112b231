import { expect, it } from '@jest/globals';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { livePods } from './live-pods.ts';

const pod = (name: string, claimName: string) => ({
  metadata: { name, namespace: 'default' },
  spec: { containers: [], volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
});
const lists = (calls: readonly string[]) => calls.filter((call) => call.startsWith('list')).length;

it('lists of one namespace are shared by those who ask meanwhile, and begin after each was asked for', async () => {
  const client = createMemoryClient(createFakeClock());
  await client.create(pods, pod('a', 'c'));
  const live = livePods(client, pods);
  const first = live('default');
  await client.create(pods, pod('b', 'c'));
  const others = await Promise.all(Array.from({ length: 50 }, () => live('default')));
  await first;
  expect(others.map((found) => found.get('c')?.map(({ metadata }) => metadata.name))).toEqual(others.map(() => ['a', 'b']));
  expect(lists(client.calls)).toBe(2);
  await client.create(pods, pod('d', 'e'));
  expect([...(await live('default')).keys()]).toEqual(['c', 'e']);
});

it('a list that failed fails those who shared it, and the next one is a new one', async () => {
  const client = createMemoryClient(createFakeClock());
  const live = livePods(client, pods);
  client.failNext('list pods', new Error('no answer'));
  await expect(live('default')).rejects.toThrow('no answer');
  expect((await live('default')).size).toBe(0);
});
