import { afterEach, describe, expect, it } from '@jest/globals';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { horizontalPodAutoscalers } from '../../../api/kinds/autoscaling/index.ts';
import { listedKinds } from '../../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../../controllers/index.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster, storedKinds } from '../../support/cluster/controllers-cluster.ts';
import type { Trouble } from '../../support/cluster/troubled-client.ts';
import { troubledClient } from '../../support/cluster/troubled-client.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

/** Upstream's controllers, but for autoscalers that are in a hurry. */
const hurried = () =>
  homeControllers({
    served: listedKinds(storedKinds),
    rootCaPem: 'PEM',
    autoscaler: { syncPeriodMs: 30, downscaleStabilizationMs: 100, cpuInitializationPeriodMs: 0, initialReadinessDelayMs: 0 },
  });

const MOST = 6;
const LEAST = 2;
/** The work of the whole Deployment in thousandths of a core; its pods share it. */
let load = 0;
const pods = new Set<string>();

async function start(options: Parameters<typeof startControllersCluster>[0]): Promise<void> {
  load = 1_000;
  pods.clear();
  cluster = await startControllersCluster({
    podUsage(pod) {
      pods.add(pod.metadata.name);
      return { cpu: `${Math.round(load / 4)}m` };
    },
    ...options,
  });
}

const web: Deployment = {
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web', resources: { requests: { cpu: '100m' } } }] },
    },
  },
};

/** Watches the number of pods that the Deployment is to have: it must never leave the bounds. */
async function liveThrough(crash: boolean): Promise<void> {
  const { client } = cluster;
  await client.create(deployments, web);
  const abort = new AbortController();
  const outside: number[] = [];
  const watching = client.watch(
    deployments,
    { resourceVersion: (await client.list(deployments)).resourceVersion },
    (event) => {
      const replicas = 'object' in event ? (event.object.spec?.replicas ?? 0) : LEAST;
      if (replicas < LEAST || replicas > MOST) outside.push(replicas);
    },
    abort.signal,
  );
  await client.create(horizontalPodAutoscalers, {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: LEAST,
      maxReplicas: MOST,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    },
  });
  const reaches = async (replicas: number) => {
    await cluster.until(`there are ${replicas}`, async () => (await client.get(deployments, keyIn('web'))).spec?.replicas === replicas);
  };
  await reaches(MOST);
  if (crash) await cluster.restartControllers();
  load = 0;
  await reaches(LEAST);
  load = 1_000;
  if (crash) await cluster.restartControllers();
  await reaches(MOST);
  await cluster.until('its status says so', async () => {
    const { status } = await client.get(horizontalPodAutoscalers, keyIn('web'));
    return status?.currentReplicas === MOST && status.desiredReplicas === MOST;
  });
  expect(outside).toEqual([]);
  abort.abort();
  await watching;
}

describe('an autoscaler reaches what its metrics ask for, and stays within its bounds', () => {
  it.each<[string, Trouble]>([
    ['with caches that lag', { delayMs: 60 }],
    ['with every third write refused', { failEvery: 3 }],
    ['with every fourth answer lost', { loseEvery: 4 }],
    ['with watches that expire again and again', { expireAfter: 25 }],
    ['with all of it at once', { delayMs: 20, failEvery: 7, loseEvery: 11, expireAfter: 50 }],
  ])('%s', async (_, trouble) => {
    await start({ controllers: hurried(), controllersClient: (client) => troubledClient(client, trouble) });
    await liveThrough(false);
  });

  it('with two of each controller at work', async () => {
    const second = hurried().map((definition) => ({ ...definition, name: `${definition.name}-2` }));
    await start({ controllers: [...hurried(), ...second] });
    await liveThrough(false);
  });

  it('with controllers that crash', async () => {
    await start({ controllers: hurried() });
    await liveThrough(true);
  });
});
