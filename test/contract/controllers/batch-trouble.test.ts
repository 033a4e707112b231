import { afterEach, describe, expect, it } from '@jest/globals';
import type { Job } from '../../../api/kinds/batch/job/index.ts';
import { jobs } from '../../../api/kinds/batch/job/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { listedKinds } from '../../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../../controllers/index.ts';
import type { ControllersCluster, PodWish } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster, storedKinds } from '../../support/cluster/controllers-cluster.ts';
import type { Trouble } from '../../support/cluster/troubled-client.ts';
import { troubledClient } from '../../support/cluster/troubled-client.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const job = (name: string, spec: Partial<NonNullable<Job['spec']>>): Job => ({
  metadata: { name, namespace: 'default' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c' }] } }, ...spec },
});

const wish = (pod: Live<Pod>): PodWish => (pod.metadata.labels?.['job-name'] === 'doomed' ? 'fail' : 'succeed');

/** Runs Jobs of each kind to their ends, and compares their counters with the pods that there were. */
async function liveThrough(): Promise<void> {
  const { client } = cluster;
  const made = new Map<string, string | undefined>();
  const ended = new Map<string, string>();
  const abort = new AbortController();
  const watching = client.watch(
    pods,
    { resourceVersion: (await client.list(pods)).resourceVersion },
    (event) => {
      const { metadata, status } = 'object' in event ? event.object : {};
      if (metadata) made.set(metadata.uid, metadata.labels?.['job-name']);
      if (metadata && (status?.phase === 'Succeeded' || status?.phase === 'Failed')) {
        ended.set(metadata.uid, `${metadata.labels?.['job-name']} ${status.phase}`);
      }
    },
    abort.signal,
  );
  await client.create(jobs, job('many', { completions: 12, parallelism: 5 }));
  await client.create(jobs, job('indexed', { completions: 8, parallelism: 4, completionMode: 'Indexed' }));
  await client.create(jobs, job('doomed', { completions: 3, parallelism: 3, backoffLimit: 0 }));
  const has = async (name: string, type: string) =>
    (await client.get(jobs, keyIn(name))).status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  await cluster.until(
    'all have ended',
    async () => (await has('many', 'Complete')) && (await has('indexed', 'Complete')) && (await has('doomed', 'Failed')),
  );
  const statusOf = async (name: string) => (await client.get(jobs, keyIn(name))).status ?? {};
  const count = (text: string) => [...ended.values()].filter((one) => one === text).length;
  expect((await statusOf('indexed')).completedIndexes).toBe('0-7');
  const many = await statusOf('many');
  // A surplus pod, of which lost answers and two leaders make some, may succeed without being counted; none is counted twice.
  expect(many.succeeded).toBeGreaterThanOrEqual(12);
  expect(many.succeeded).toBeLessThanOrEqual(count('many Succeeded'));
  // Pods that ran when the first one failed count too.
  const { failed } = await statusOf('doomed');
  expect(failed).toBeGreaterThanOrEqual(1);
  expect(failed).toBeLessThanOrEqual([...made.values()].filter((name) => name === 'doomed').length);
  await cluster.until('no pod is held back', async () => (await cluster.list(pods)).every(({ metadata }) => !metadata.finalizers));
  abort.abort();
  await watching;
}

describe('Jobs count each pod once', () => {
  it.each<[string, Trouble]>([
    ['with caches that lag', { delayMs: 60 }],
    ['with every third write refused', { failEvery: 3 }],
    ['with every fourth answer lost', { loseEvery: 4 }],
    ['with watches that expire again and again', { expireAfter: 25 }],
    ['with all of it at once', { delayMs: 20, failEvery: 7, loseEvery: 11, expireAfter: 50 }],
  ])('%s', async (_, trouble) => {
    cluster = await startControllersCluster({ controllersClient: (client) => troubledClient(client, trouble), runPods: wish });
    await liveThrough();
  });

  it('with two of each controller at work', async () => {
    const all = () => homeControllers({ served: listedKinds(storedKinds), rootCaPem: 'PEM' });
    cluster = await startControllersCluster({
      controllers: [...all(), ...all().map((definition) => ({ ...definition, name: `${definition.name}-2` }))],
      runPods: wish,
    });
    await liveThrough();
  });
});
