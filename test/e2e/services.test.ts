import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, pod, service } from '../support/manifests.ts';
import type { PodNetwork } from '../support/network/pod-network.ts';
import { podNetwork } from '../support/network/pod-network.ts';

const HTTP = { protocol: 'http' } as const;

/** Returns a pod with a web server on `port`, which is named `http`. */
const webPod = (name: string, app: string, port = 80, spec: object = {}) =>
  pod(name, {
    labels: { app },
    terminationGracePeriodSeconds: 1,
    containers: [container(web(), { env: [{ name: 'PORT', value: String(port) }], ports: [{ name: 'http', containerPort: port }] })],
    ...spec,
  });

(canRunContainers ? describe : describe.skip)('services on a real node', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let network: PodNetwork;
  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('services');
    network = podNetwork(cluster, kubectl);
    await kubectl.input([webPod('a', 'web'), webPod('b', 'web'), webPod('c', 'web', 8080), webPod('client', 'client')], 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
  }, 180_000);
  afterAll(async () => {
    network?.stop();
    await cluster?.down();
  }, 180_000);

  const names = (answers: readonly string[]) => [...new Set(answers.map((answer) => answer.replace('web v1 ', '')))].sort();
  const clusterIP = (name: string) => kubectl.path('{.spec.clusterIP}', 'service', name);
  const nodePort = async (name: string) => Number(await kubectl.path('{.spec.ports[0].nodePort}', 'service', name));
  const podIP = (name: string) => kubectl.path('{.status.podIP}', 'pod', name);
  const create = (...manifests: readonly object[]) => kubectl.input(manifests, 'create', '-f', '-');
  /** Connects again and again until exactly these pods answer. */
  const answeredBy = (from: string | undefined, address: string, port: number, wanted: readonly string[]) =>
    eventually(async () => expect(names(await network.request(from, address, port, { ...HTTP, count: 20 }))).toEqual(wanted));

  it('spreads a cluster IP over all pods, with a port of each that goes by one name', async () => {
    await create(service('web', { ports: [{ port: 80, targetPort: 'http' }] }));
    const ip = await clusterIP('web');
    await answeredBy(undefined, ip, 80, ['a', 'b', 'c']);
    await answeredBy('client', ip, 80, ['a', 'b', 'c']);
  });

  it('follows the pods: one that is gone is asked no more, a new one is', async () => {
    await create(webPod('d', 'follow'), webPod('e', 'follow'), service('follow'));
    await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=follow', '--timeout=60s');
    const ip = await clusterIP('follow');
    await answeredBy(undefined, ip, 80, ['d', 'e']);
    await kubectl('delete', 'pod', 'd');
    await answeredBy('client', ip, 80, ['e']);
    await kubectl('label', 'pod', 'e', 'app=other', '--overwrite');
    await eventually(async () => expect(await network.request('client', ip, 80, HTTP)).toEqual(['ECONNREFUSED']));
  });

  it('answers on a chosen and on a fixed node port, at every address of the node, from pods and from outside them', async () => {
    const ports = (more: object) => [{ port: 80, targetPort: 'http', ...more }];
    await create(
      service('chosen', { type: 'NodePort', selector: { app: 'web' }, ports: ports({}) }),
      service('fixed', { type: 'NodePort', selector: { app: 'web' }, ports: ports({ nodePort: 30_123 }) }),
    );
    const chosen = await nodePort('chosen');
    expect(chosen).toBeGreaterThanOrEqual(30_000);
    expect(chosen).toBeLessThanOrEqual(32_767);
    for (const port of [chosen, 30_123]) {
      await answeredBy(undefined, cluster.nodeIp, port, ['a', 'b', 'c']);
      await answeredBy(undefined, '127.0.0.1', port, ['a', 'b', 'c']);
      await answeredBy('client', cluster.nodeIp, port, ['a', 'b', 'c']);
    }
    await kubectl('delete', 'service', 'fixed');
    await eventually(async () => expect(await network.request(undefined, cluster.nodeIp, 30_123, HTTP)).toEqual(['ECONNREFUSED']));
  });

  it('gives a load balancer one address, which answers', async () => {
    await create(service('balanced', { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 8081, targetPort: 'http' }] }));
    const address = await eventually(async () => {
      const found = await kubectl.path('{.status.loadBalancer.ingress[*].ip}', 'service', 'balanced');
      expect(found).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      return found;
    });
    await answeredBy(undefined, address, 8081, ['a', 'b', 'c']);
    await answeredBy('client', address, 8081, ['a', 'b', 'c']);
  });

  it('lets a pod reach itself through its service', async () => {
    await create(service('hairpin', { selector: { app: 'client' } }));
    await answeredBy('client', await clusterIP('hairpin'), 80, ['client']);
  });

  it('sends a client where it was before with session affinity, and elsewhere once that pod is gone', async () => {
    await create(webPod('f', 'sticky'), webPod('g', 'sticky'), service('sticky', { sessionAffinity: 'ClientIP' }));
    await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=sticky', '--timeout=60s');
    const ip = await clusterIP('sticky');
    const [first] = await eventually(async () => {
      const found = names(await network.request('client', ip, 80, { ...HTTP, count: 20 }));
      expect(found).toHaveLength(1);
      expect(['f', 'g']).toContain(found[0]);
      return found;
    });
    await kubectl('delete', 'pod', first!);
    await answeredBy('client', ip, 80, [first === 'f' ? 'g' : 'f']);
  });

  it('refuses at once where a service has no endpoints', async () => {
    await create(service('nobody', { type: 'NodePort', selector: { app: 'nobody' } }));
    const [ip, port] = [await clusterIP('nobody'), await nodePort('nobody')];
    await eventually(async () => {
      for (const from of [undefined, 'client']) {
        expect(await network.request(from, ip, 80, HTTP)).toEqual(['ECONNREFUSED']);
        expect(await network.request(from, cluster.nodeIp, port, HTTP)).toEqual(['ECONNREFUSED']);
      }
    });
  });

  it('serves pods that are not ready only where the service says so', async () => {
    const readinessProbe = { exec: { command: ['false'] }, periodSeconds: 1 };
    const unready = container(web(), { ports: [{ name: 'http', containerPort: 80 }], readinessProbe });
    await create(
      webPod('unready', 'unready', 80, { containers: [unready] }),
      service('careful', { selector: { app: 'unready' } }),
      service('early', { selector: { app: 'unready' }, publishNotReadyAddresses: true }),
    );
    await answeredBy('client', await clusterIP('early'), 80, ['unready']);
    const careful = await clusterIP('careful');
    await eventually(async () => expect(await network.request('client', careful, 80, HTTP)).toEqual(['ECONNREFUSED']));
  });

  it('shows a pod who asks: the client itself inside, the node for what comes through a node port', async () => {
    await network.serve('a', 7000);
    const ports = [{ port: 70, targetPort: 7000 }];
    await create(
      webPod('peer', 'peer'),
      service('peers', { type: 'NodePort', selector: { peer: 'yes' }, ports }),
      service('local', { type: 'NodePort', selector: { peer: 'yes' }, ports, externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' }),
    );
    await kubectl('label', 'pod', 'a', 'peer=yes');
    const client = await podIP('client');
    await eventually(async () => {
      for (const name of ['peers', 'local']) expect(await network.request('client', await clusterIP(name), 70)).toEqual([`a saw ${client}`]);
    });
    const [peers, local] = [await nodePort('peers'), await nodePort('local')];
    await eventually(async () => {
      const [answer] = await network.request('client', cluster.nodeIp, peers);
      expect(answer).toMatch(/^a saw /);
      expect(answer).not.toContain(client);
      // Within the node, policy Local keeps the client's address.
      expect(await network.request(undefined, cluster.nodeIp, local)).toEqual([expect.stringMatching(/^a saw /)]);
    });
  });

  it('keeps to this node with internalTrafficPolicy Local: endpoints elsewhere are not asked', async () => {
    const elsewhere = (name: string, policy: string) => [
      { ...service(name, { ports: [{ port: 80, targetPort: 80 }], internalTrafficPolicy: policy, selector: undefined }) },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        ports: [{ name: '', port: 80, protocol: 'TCP' }],
        endpoints: [{ addresses: [remote], nodeName: 'another' }],
      },
    ];
    const remote = await podIP('a');
    await create(...elsewhere('anywhere', 'Cluster'), ...elsewhere('here', 'Local'));
    await answeredBy('client', await clusterIP('anywhere'), 80, ['a']);
    const here = await clusterIP('here');
    await eventually(async () => expect(await network.request('client', here, 80, HTTP)).toEqual(['TIMEOUT']));
  });

  it('reaches endpoints that were written by hand, without a selector', async () => {
    await create(service('manual', { selector: undefined, ports: [{ port: 81, targetPort: 80 }] }), {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'manual' },
      subsets: [{ addresses: [{ ip: await podIP('b') }], ports: [{ port: 80 }] }],
    });
    await answeredBy('client', await clusterIP('manual'), 81, ['b']);
  });

  it('carries UDP, and sends a client on when the pod it talked to has ended', async () => {
    await create(webPod('u1', 'udp'), service('udp', { ports: [{ port: 53, targetPort: 7000, protocol: 'UDP' }] }));
    await kubectl('wait', '--for=condition=Ready', 'pod', 'u1', '--timeout=60s');
    await network.serve('u1', 7000);
    const ip = await clusterIP('udp');
    const ask = async () => (await network.request('client', ip, 53, { protocol: 'udp', localPort: 4555 }))[0];
    await eventually(async () => expect(await ask()).toMatch(/^u1 saw /));
    await create(webPod('u2', 'udp'));
    await kubectl('wait', '--for=condition=Ready', 'pod', 'u2', '--timeout=60s');
    await network.serve('u2', 7000);
    expect(await ask()).toMatch(/^u1 saw /);
    await kubectl('delete', 'pod', 'u1');
    await eventually(async () => expect(await ask()).toMatch(/^u2 saw /));
  });

  it('opens host ports on the node, for as long as the pod is there', async () => {
    const ports = [{ containerPort: 80, hostPort: 18_080 }];
    await create(webPod('hosted', 'hosted', 80, { containers: [container(web(), { ports })] }));
    await kubectl('wait', '--for=condition=Ready', 'pod', 'hosted', '--timeout=60s');
    for (const [from, address] of [[undefined, cluster.nodeIp] as const, [undefined, '127.0.0.1'] as const, ['client', cluster.nodeIp] as const]) {
      await answeredBy(from, address, 18_080, ['hosted']);
    }
    await answeredBy('hosted', cluster.nodeIp, 18_080, ['hosted']);
    await kubectl('delete', 'pod', 'hosted');
    await eventually(async () => expect(await network.request(undefined, cluster.nodeIp, 18_080, HTTP)).toEqual(['ECONNREFUSED']));
  });

  it('lets a pod talk to kubernetes.default with what is mounted into it, and read what its account may', async () => {
    const mount = '/var/run/secrets/kubernetes.io/serviceaccount';
    const [token, ca] = [
      await kubectl('exec', 'client', '--', 'cat', `${mount}/token`),
      await kubectl('exec', 'client', '--', 'cat', `${mount}/ca.crt`),
    ];
    const address = (await kubectl('exec', 'client', '--', 'sh', '-c', 'echo $KUBERNETES_SERVICE_HOST')).trim();
    expect(address).toBe(await kubectl.in('default').path('{.spec.clusterIP}', 'service', 'kubernetes'));
    const code = `
      const [host, token, ca] = process.argv.slice(1);
      const headers = { authorization: 'Bearer ' + token };
      require('https').get({ host, servername: 'kubernetes.default.svc', path: '/api/v1/namespaces/services/pods/client', ca, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => { text += chunk; }).on('end', () => {
          const { metadata, reason } = JSON.parse(text);
          console.log(response.statusCode, metadata.name ?? reason);
        });
      });`;
    expect(await network.script('client', code, address, token, ca)).toBe('403 Forbidden\n');
    await kubectl('create', 'rolebinding', 'readers', '--clusterrole=view', '--serviceaccount=services:default');
    await eventually(async () => expect(await network.script('client', code, address, token, ca)).toBe('200 client\n'));
    expect(ca).toBe(readFileSync(join(cluster.dataDir, 'pki', 'ca.crt'), 'utf8'));
  });
});
