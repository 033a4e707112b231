import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containerdPaths } from '../../agent/containerd/layout.ts';
import { listBundles } from '../../agent/containerd/traces.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { layoutOf } from '../../cli/config/data-dir.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { KILLS, KILLS_TIMEOUT_MS, serverSurvives } from '../support/ledgers/server-crashes.ts';
import { container, deployment, pod, service } from '../support/manifests.ts';
import type { PodNetwork } from '../support/network/pod-network.ts';
import { podNetwork } from '../support/network/pod-network.ts';

(canRunContainers ? describe : describe.skip)('faults on a real node', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let network: PodNetwork;
  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('faults');
    network = podNetwork(cluster, kubectl);
    const emptyDir = {
      volumes: [{ name: 'kept', emptyDir: {} }],
      containers: [container(web(), { volumeMounts: [{ name: 'kept', mountPath: '/kept' }] })],
    };
    const claimed = {
      volumes: [{ name: 'claimed', persistentVolumeClaim: { claimName: 'claimed' } }],
      containers: [container(web(), { volumeMounts: [{ name: 'claimed', mountPath: '/claimed' }] })],
    };
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'claimed' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    };
    const steady = (name: string, more: object) => pod(name, { labels: { app: 'steady' }, ...more });
    await kubectl.input(
      [claim, steady('steady-1', emptyDir), steady('steady-2', claimed), service('steady'), deployment('moving', 2)].map(withTestImage),
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=steady', '--timeout=60s');
    await kubectl('exec', 'steady-2', '--', 'sh', '-c', 'echo data > /claimed/file');
  }, 180_000);
  afterAll(async () => {
    network?.stop();
    await cluster?.down();
  }, 180_000);

  const containersOf = (selector: string) =>
    kubectl.path(
      '{range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\\n"}{end}',
      'pods',
      '-l',
      selector,
    );
  /** Throws an error again, with what the pods and the logs tell. */
  const withScene = async (error: unknown): Promise<never> => {
    // Of several pods, kubectl describes no events.
    const scene = `${await kubectl('describe', 'pods')}\n${await kubectl('get', 'events', '--sort-by=.lastTimestamp')}`;
    const logs = `the agent's complaints: ${complaints(cluster.dataDir)}\ncontainerd's:\n${endOfContainerdLog(cluster.dataDir)}`;
    throw new Error(`${error instanceof Error ? error.message : error}\n${logs}\n${scene}`, { cause: error });
  };
  const clusterIP = () => kubectl.path('{.spec.clusterIP}', 'service', 'steady');

  it(
    'nothing that was acknowledged is lost when the server is killed ten times, and no container is restarted',
    async () => {
      const before = await containersOf('app=steady');
      await serverSurvives(cluster);
      expect(await containersOf('app=steady')).toBe(before);
    },
    KILLS_TIMEOUT_MS,
  );

  it(
    'no container is restarted and no connection fails when the agent is killed ten times while pods come and go',
    async () => {
      const before = await containersOf('app=steady');
      const ip = await clusterIP();
      const stop = new AbortController();
      const failures: string[] = [];
      const asking = (async () => {
        while (!stop.signal.aborted) {
          const [answer = ''] = await network.request(undefined, ip, 80, { protocol: 'http' });
          if (!answer.startsWith('web v1 steady-')) failures.push(answer);
          await delay(20);
        }
      })();
      try {
        for (let kill = 0; kill < KILLS; kill++) {
          await kubectl('scale', 'deployment', 'moving', `--replicas=${kill % 2 === 0 ? 4 : 1}`);
          process.kill(await cluster.pid('agent'), 'SIGKILL');
          await cluster.up();
        }
      } finally {
        stop.abort();
        await asking;
      }
      expect(failures).toEqual([]);
      await kubectl('scale', 'deployment', 'moving', '--replicas=3');
      await kubectl('rollout', 'status', 'deployment', 'moving', '--timeout=60s');
      expect(await containersOf('app=steady')).toBe(before);
      // Nothing of deleted pods still runs: each pod has one container and one sandbox.
      const layout = layoutOf(cluster.dataDir);
      const settled = eventually(async () => {
        const names = (await kubectl('get', 'pods', '-A', '-o', 'name'))
          .trim()
          .split('\n')
          .filter((name) => !name.includes('/p-'));
        expect(names).toHaveLength(5);
        expect(await listBundles({ dataDir: layout.agent, runDir: layout.run })).toHaveLength(10);
      });
      await settled.catch(withScene);
      expect(await kubectl('exec', 'steady-1', '--', 'hostname')).toBe('steady-1\n');
      expect(await kubectl('exec', 'steady-2', '--', 'cat', '/claimed/file')).toBe('data\n');
    },
    KILLS_TIMEOUT_MS,
  );

  it('containers outlive a containerd that is killed, and new pods start in its successor', async () => {
    const before = await containersOf('app=steady');
    const pidFile = `${layoutOf(cluster.dataDir).run}/containerd/containerd.pid`;
    const pid = Number(readFileSync(pidFile, 'utf8').split(' ')[0]);
    process.kill(pid, 'SIGKILL');
    await eventually(() => expect(Number(readFileSync(pidFile, 'utf8').split(' ')[0])).not.toBe(pid));
    await kubectl.input(withTestImage(pod('later')), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/later', '--timeout=60s');
    expect(await containersOf('app=steady')).toBe(before);
    expect(await kubectl('exec', 'steady-2', '--', 'hostname')).toBe('steady-2\n');
  });

  it("after 'skiff stop' and 'up' every object is there, and every pod runs again with its volumes", async () => {
    await kubectl('exec', 'steady-1', '--', 'sh', '-c', 'echo kept > /kept/file');
    const objects = () =>
      kubectl(
        'get',
        'pods,services,configmaps,secrets,deployments,replicasets,resourcequotas,namespaces,nodes',
        '-A',
        '-o',
        'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid}{"\\n"}{end}',
      );
    const containers = async () => (await kubectl.path('{.items[*].status.containerStatuses[*].containerID}', 'pods')).split(' ');
    const [before, ended] = [await objects(), await containers()];
    const stopped = await cluster.skiff('stop');
    expect(stopped.code).toBe(0);
    await cluster.up();
    expect(await objects()).toBe(before);
    // The agent waits up to four minutes for containerd to make a sandbox, as kubelet does, and then asks anew.
    const settled = eventually(async () => {
      // Until the agent has looked, the pods are as Ready as they were before the stop.
      expect((await containers()).filter((id) => ended.includes(id))).toEqual([]);
      await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
    }, 300_000);
    await settled.catch(withScene);
    expect(await objects()).toBe(before);
    expect(await kubectl('exec', 'steady-1', '--', 'cat', '/kept/file')).toBe('kept\n');
    expect(await kubectl('exec', 'steady-2', '--', 'cat', '/claimed/file')).toBe('data\n');
    const ip = await clusterIP();
    await eventually(async () => {
      const answers = await network.request(undefined, ip, 80, { protocol: 'http', count: 20 });
      expect([...new Set(answers)].sort()).toEqual(['web v1 steady-1', 'web v1 steady-2']);
    });
  }, 600_000);
});

/** Returns the last warnings and errors of the agent's log. */
const complaints = (dataDir: string): string =>
  readFileSync(`${layoutOf(dataDir).logs}/agent.log`, 'utf8')
    .split('\n')
    .filter((line) => /"level":[45]0/.test(line))
    .slice(-20)
    .join('\n');

const endOfContainerdLog = (dataDir: string): string =>
  readFileSync(containerdPaths({ dataDir: layoutOf(dataDir).agent, runDir: layoutOf(dataDir).run }).logFile, 'utf8')
    .split('\n')
    .slice(-60)
    .join('\n');

/** Returns the manifest with the tests' image and pods that end at once. */
function withTestImage<T extends object>(manifest: T): T {
  return JSON.parse(
    JSON.stringify(manifest)
      .replaceAll('"web:1"', JSON.stringify(web()))
      .replaceAll('"containers":', '"terminationGracePeriodSeconds":1,"containers":'),
  );
}
