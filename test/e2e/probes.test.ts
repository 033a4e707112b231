import { Server, ServerCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { container, pod, shell } from '../support/manifests.ts';
import { freePort } from '../support/network/free-port.ts';

const suite = canRunContainers ? describe : describe.skip;
const QUICK = { terminationGracePeriodSeconds: 1 };
/** An answer that a slow machine gives late is none that failed. */
const OFTEN = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 30 };

/** A server of grpc.health.v1.Health; its status is 1 (serving) or 2 (not serving). */
async function healthServer(host: string, port: number) {
  const health = { status: 1 };
  const server = new Server();
  server.addService(
    {
      check: {
        path: '/grpc.health.v1.Health/Check',
        requestStream: false,
        responseStream: false,
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    },
    { check: (_call: unknown, done: (error: null, answer: Buffer) => void) => done(null, Buffer.from([8, health.status])) },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
  return { health, stop: () => server.forceShutdown() };
}

suite('probes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let grpc: Awaited<ReturnType<typeof healthServer>>;
  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('probes');
    const port = await freePort();
    grpc = await healthServer(cluster.nodeIp, port);
    await kubectl.input(
      [
        pod('http', {
          ...QUICK,
          labels: { app: 'http' },
          containers: [
            container(web(), { ports: [{ name: 'web', containerPort: 80 }], readinessProbe: { ...OFTEN, httpGet: { path: '/ready', port: 'web' } } }),
          ],
        }),
        pod('tcp', {
          ...QUICK,
          containers: [
            shell(web(), 'until [ -e /tmp/go ]; do sleep 0.1; done; PORT=8080 serve', { readinessProbe: { ...OFTEN, tcpSocket: { port: 8080 } } }),
          ],
        }),
        pod('grpc', { ...QUICK, hostNetwork: true, containers: [shell(web(), 'sleep 1000', { readinessProbe: { ...OFTEN, grpc: { port } } })] }),
        pod('alive', {
          ...QUICK,
          containers: [
            shell(web(), 'touch /tmp/alive; sleep 1000', {
              // The first check of its life may come before the file.
              startupProbe: { ...OFTEN, failureThreshold: 1000, exec: { command: ['test', '-e', '/tmp/alive'] } },
              livenessProbe: { ...OFTEN, exec: { command: ['cat', '/tmp/alive'] } },
            }),
          ],
        }),
        pod('dead', {
          ...QUICK,
          restartPolicy: 'Never',
          containers: [shell(web(), 'sleep 1000', { livenessProbe: { ...OFTEN, exec: { command: ['sh', '-c', 'echo not well; exit 1'] } } })],
        }),
        pod('slow', {
          ...QUICK,
          containers: [
            shell(web(), 'sleep 1000', {
              // Longer than the tests before it take, however slow the machine is.
              startupProbe: { periodSeconds: 1, failureThreshold: 1000, exec: { command: ['test', '-e', '/tmp/started'] } },
              livenessProbe: { ...OFTEN, exec: { command: ['test', '-e', '/tmp/started'] } },
            }),
          ],
        }),
        pod('never', {
          ...QUICK,
          containers: [shell(web(), 'sleep 1000', { startupProbe: { ...OFTEN, httpGet: { port: 81 } } })],
        }),
        pod('hangs', {
          ...QUICK,
          containers: [shell(web(), 'sleep 1000', { readinessProbe: { ...OFTEN, timeoutSeconds: 1, exec: { command: ['sleep', '100'] } } })],
        }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('expose', 'pod', 'http', '--port=80');
  }, 180_000);
  afterAll(async () => {
    grpc?.stop();
    await cluster?.down();
  }, 180_000);

  const ready = (name: string, value = 'True') => kubectl('wait', `--for=condition=Ready=${value}`, `pod/${name}`, '--timeout=60s');
  const sees = (name: string, pattern: RegExp) => eventually(async () => expect((await podEvents(kubectl, name)).join('\n')).toMatch(pattern));
  const restarts = (name: string) => kubectl.path('{.status.containerStatuses[0].restartCount}', 'pod', name);

  it('a pod is ready, and behind its service, while the path it names answers', async () => {
    await sees('http', /Warning Unhealthy kubelet spec.containers\{web\}: Readiness probe failed: HTTP probe failed with statuscode: 404/);
    const endpoints = () => kubectl.path('{.items[0].endpoints[0].conditions.ready}', 'endpointslices', '-l', 'kubernetes.io/service-name=http');
    await eventually(async () => expect(await endpoints()).toBe('false'));
    expect(await kubectl('get', 'pod', 'http', '--no-headers')).toMatch(/ 0\/1 +Running +0 /);
    await kubectl('exec', 'http', '--', 'touch', '/www/ready');
    await ready('http');
    await eventually(async () => expect(await endpoints()).toBe('true'));
    await kubectl('exec', 'http', '--', 'rm', '/www/ready');
    await ready('http', 'False');
    await eventually(async () => expect(await endpoints()).toBe('false'));
    expect(await restarts('http')).toBe('0');
  });

  it('a port that takes connections, a health service that serves', async () => {
    await sees('tcp', /Readiness probe failed: dial tcp 10\.\d+\.\d+\.\d+:8080: connect: connection refused/);
    await kubectl('exec', 'tcp', '--', 'touch', '/tmp/go');
    await ready('tcp');
    await ready('grpc');
    grpc.health.status = 2;
    await ready('grpc', 'False');
    await sees('grpc', /Readiness probe failed: service unhealthy \(responded with "NOT_SERVING"\)/);
  });

  it('a container that is not alive is killed and started again', async () => {
    await ready('alive');
    await kubectl('exec', 'alive', '--', 'rm', '/tmp/alive');
    await eventually(async () => expect(await restarts('alive')).toBe('1'));
    await sees('alive', /Liveness probe failed: cat: can't open '\/tmp\/alive': No such file or directory/);
    await sees('alive', /Normal Killing kubelet spec.containers\{main\}: Container main failed liveness probe, will be restarted/);
    expect(await kubectl.path('{.status.containerStatuses[0].lastState.terminated.exitCode}', 'pod', 'alive')).toBe('137');
  });

  it('or is left dead where it may not start again', async () => {
    await eventually(async () => expect(await kubectl.path('{.status.phase}', 'pod', 'dead')).toBe('Failed'));
    await sees('dead', /Liveness probe failed: not well/);
    await sees('dead', /Normal Killing kubelet spec.containers\{main\}: Container main failed liveness probe$/m);
  });

  it('nothing else is probed before the startup probe has passed', async () => {
    await eventually(async () => expect(await kubectl.path('{.status.containerStatuses[0].started}', 'pod', 'slow')).toBe('false'));
    await sees('slow', /Warning Unhealthy kubelet spec.containers\{main\}: Startup probe failed: /);
    expect((await podEvents(kubectl, 'slow')).join('\n')).not.toMatch(/Liveness/);
    await kubectl('exec', 'slow', '--', 'touch', '/tmp/started');
    await ready('slow');
    expect(await restarts('slow')).toBe('0');
  });

  it('a container that does not start up in time is started again', async () => {
    await sees('never', /Startup probe failed: Get "http:\/\/10\.\d+\.\d+\.\d+:81\/": dial tcp 10\.\d+\.\d+\.\d+:81: connect: connection refused/);
    await sees('never', /Container main failed startup probe, will be restarted/);
    await eventually(async () => expect(Number(await restarts('never'))).toBeGreaterThan(0));
  });

  it('a probe that hangs has failed', async () => {
    await sees('hangs', /Readiness probe failed: command timed out: "sleep 100" timed out after 1s/);
  });
});
