import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import { ROOT } from '../support/checkout.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { testImageArchive } from '../support/image/test-image.ts';
import { container, deployment, networkPolicy, pod, service } from '../support/manifests.ts';
import type { PodNetwork } from '../support/network/pod-network.ts';
import { podNetwork } from '../support/network/pod-network.ts';
import type { SecondMachine } from '../support/network/second-machine.ts';
import { startSecondMachine } from '../support/network/second-machine.ts';

const suite = canRunContainers ? describe : describe.skip;
const skiff = join(ROOT, 'skiff');
const CLUSTER_DNS = '10.96.0.10';

/** Sends SIGTERM and returns the exit code. */
async function end(child: ChildProcess | undefined): Promise<unknown> {
  if (!child || child.exitCode !== null) return child?.exitCode;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  return (await ended)[0];
}

suite('a machine that joins with a token', () => {
  let cluster: RealCluster;
  let machine: SecondMachine;
  let agent: ChildProcess;
  let kubectl: Kubectl;
  let identity: string[];
  const dataDir = mkdtempSync(join(tmpdir(), 'skiff-second-'));

  beforeAll(async () => {
    machine = await startSecondMachine();
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('two');
    const { stdout } = await cluster.skiff('token', 'create');
    const [, server, token, hash] = /--join (\S+) --token (\S+) --ca-hash (\S+)/.exec(stdout) ?? [];
    identity = ['--node-name', 'second', '--node-ip', machine.ip, '--log-level', 'error', '--data-dir', dataDir];
    agent = machine.start(skiff, 'agent', '--join', `${server}`, '--token', `${token}`, '--ca-hash', `${hash}`, ...identity);
    await kubectl('wait', '--for=create', 'node/second', '--timeout=60s');
    await kubectl('wait', '--for=condition=Ready', 'node/second', '--timeout=60s');
    const loaded = await machine.run(skiff, 'image', 'load', testImageArchive(), '--data-dir', dataDir);
    if (loaded.code !== 0) throw new Error(loaded.stderr);
  }, 180_000);

  afterAll(async () => {
    await end(agent);
    await machine?.run(skiff, 'down', '--data-dir', dataDir);
    await cluster?.down();
    await machine?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 180_000);

  it('runs its share of the pods, and a service spreads over both nodes, from each of them and from the pods', async () => {
    const containers = [{ name: 'web', image: web(), ports: [{ containerPort: 80 }] }];
    await kubectl.input(deployment('web', 4, { template: { metadata: { labels: { app: 'web' } }, spec: { containers } } }), 'create', '-f', '-');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const nodes = (await kubectl.path('{range .items[*]}{.spec.nodeName}{"\\n"}{end}', 'pods')).trim().split('\n');
    expect(nodes.filter((name) => name === 'second')).toHaveLength(2);

    await kubectl('expose', 'deployment', 'web', '--port=80');
    const url = `http://${await kubectl.path('{.spec.clusterIP}', 'service', 'web')}/`;
    const pods = (await kubectl.path('{.items[*].metadata.name}', 'pods')).split(' ');
    const answers = async (ask: () => Promise<string>) => {
      const found = new Set<string>();
      await eventually(async () => {
        found.add((await ask()).trim().replace('web v1 ', ''));
        expect([...found].sort()).toEqual([...pods].sort());
      });
    };
    await answers(async () => (await fetch(url, { headers: { connection: 'close' } })).text());
    await answers(async () => (await machine.run('curl', '-s', '-m', '2', url)).stdout);
    for (const node of ['second', cluster.nodeName]) {
      const [pod = ''] = (await kubectl('get', 'pods', '-o', 'name', '--field-selector', `spec.nodeName=${node}`)).trim().split('\n');
      await answers(() => kubectl('exec', pod, '--', 'wget', '-qO-', 'http://web/'));
      expect(await kubectl('logs', pod)).toBe('web v1 starts\n');
    }
  });

  describe('with network policies', () => {
    let closed: Kubectl;
    let strangers: Kubectl;
    const ip: Record<string, string> = {};
    let networks: Readonly<Record<string, PodNetwork>> = {};
    /** With the default period a probe before the server listens costs ten seconds. A late answer of a slow machine counts. */
    const PROBE = { httpGet: { port: 80 }, periodSeconds: 1, timeoutSeconds: 30 };
    /** A web server on the ports 80, which is named `http`, and 8080. */
    const script = 'mkdir -p /www; echo hello > /www/index.html; httpd -p 80 -h /www; exec httpd -f -p 8080 -h /www';
    const ports = [{ name: 'http', containerPort: 80 }];
    const onNode = (name: string, nodeName: string) =>
      pod(name, {
        labels: { app: name },
        nodeName,
        terminationGracePeriodSeconds: 1,
        containers: [container(web(), { command: ['sh', '-c', script], ports, readinessProbe: PROBE })],
      });

    beforeAll(async () => {
      closed = await cluster.namespace('closed');
      strangers = await cluster.namespace('strangers');
      await kubectl('label', 'namespace', 'strangers', 'team=strangers');
      const pods = [onNode('server', 'second'), onNode('near', 'second'), onNode('far', cluster.nodeName)];
      await closed.input([...pods, service('server')], 'create', '-f', '-');
      await strangers.input(onNode('stranger', cluster.nodeName), 'create', '-f', '-');
      await closed('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
      await strangers('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
      for (const name of ['server', 'near', 'far']) ip[name] = await closed.path('{.status.podIP}', 'pod', name);
      ip.service = await closed.path('{.spec.clusterIP}', 'service', 'server');
      networks = { near: podNetwork({ dataDir }, closed), far: podNetwork(cluster, closed), stranger: podNetwork(cluster, strangers) };
    }, 180_000);
    afterAll(() => {
      for (const network of Object.values(networks)) network.stop();
    });

    const reaches = async (from: string, address = '', port = 80) =>
      (await networks[from]?.request(from, address, port, { protocol: 'http' }))?.[0] === 'hello';
    /** Waits until of the clients exactly these reach the server. */
    const reachedBy = (...wanted: readonly string[]) =>
      eventually(async () => {
        const clients = ['near', 'far', 'stranger'];
        const found = await Promise.all(clients.map((from) => reaches(from, ip.server)));
        expect(clients.filter((_, at) => found[at])).toEqual(wanted);
      });
    const apply = (spec: object) =>
      closed.input(networkPolicy('policy', { podSelector: { matchLabels: { app: 'server' } }, ...spec }), 'apply', '-f', '-');

    it('denies what comes from pods of both nodes, through a service too, but not what comes from the node', async () => {
      await reachedBy('near', 'far', 'stranger');
      await apply({});
      await reachedBy();
      expect(await reaches('far', ip.service)).toBe(false);
      await eventually(async () => expect((await machine.run('curl', '-s', '-m', '5', `http://${ip.server}/`)).stdout).toBe('hello\n'));
      expect(await closed.path('{.status.conditions[?(@.type=="Ready")].status}', 'pod', 'server')).toBe('True');
    });

    it('allows a namespace, pods by their labels, and blocks of addresses without their exceptions', async () => {
      await apply({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'strangers' } } }] }] });
      await reachedBy('stranger');
      await apply({ ingress: [{ from: [{ podSelector: { matchLabels: { app: 'far' } } }] }] });
      await reachedBy('far');
      await eventually(async () => expect(await reaches('far', ip.service)).toBe(true));
      await apply({ ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/16', except: [`${ip.far}/32`] } }] }] });
      await reachedBy('near', 'stranger');
    });

    it('allows ports by range and by name', async () => {
      await apply({ ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }] });
      await eventually(async () => expect([await reaches('far', ip.server, 8080), await reaches('far', ip.server)]).toEqual([true, false]));
      await apply({ ingress: [{ ports: [{ port: 'http' }] }] });
      await eventually(async () => expect([await reaches('far', ip.server, 8080), await reaches('far', ip.server)]).toEqual([false, true]));
    });

    it('limits what a pod may reach, on its own node', async () => {
      const egress = [{ to: [{ podSelector: { matchLabels: { app: 'near' } } }] }];
      await apply({ podSelector: { matchLabels: { app: 'far' } }, policyTypes: ['Egress'], egress });
      await reachedBy('near', 'stranger');
      await eventually(async () => expect(await reaches('far', ip.near)).toBe(true));
    });

    it('isolates a pod before its first container runs', async () => {
      const eager = `timeout 5 wget -qO- http://${ip.near}/; echo end; exec sleep 600`;
      await apply({ podSelector: { matchLabels: { app: 'eager' } }, policyTypes: ['Egress'] });
      // The node that is to enforce it has it by the time that it denies another pod.
      await closed('label', 'pod', 'far', 'app=eager', '--overwrite');
      await eventually(async () => expect(await reaches('far', ip.near)).toBe(false));
      const containers = [container(web(), { command: ['sh', '-c', eager] })];
      const spec = { labels: { app: 'eager' }, nodeName: cluster.nodeName, terminationGracePeriodSeconds: 1, containers };
      await closed.input(pod('eager', spec), 'create', '-f', '-');
      // Its shell says on the other stream that `timeout` ended wget: before "end" or after it.
      await eventually(async () => expect(await closed('logs', 'eager')).toMatch(/^end$/m));
      expect(await closed('logs', 'eager')).not.toContain('hello');
    });

    it('ends with the policy', async () => {
      await closed('delete', 'networkpolicy', 'policy');
      await reachedBy('near', 'far', 'stranger');
    });
  });

  it('leaves its containers running when its agent ends, and takes them up again', async () => {
    const ids = () => kubectl.path('{range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID}{"\\n"}{end}', 'pods');
    const before = await ids();
    expect(await end(agent)).toBe(0);
    agent = machine.start(skiff, 'agent', '--join', `https://${machine.hostIp}:${cluster.port}`, ...identity);
    const [pod = ''] = (await kubectl('get', 'pods', '-o', 'name', '--field-selector', 'spec.nodeName=second')).trim().split('\n');
    await eventually(async () => expect(await kubectl('exec', pod, '--', 'hostname')).toBe(`${pod.replace('pod/', '')}\n`));
    expect(await ids()).toBe(before);
  });

  it('leaves services and names to others with --no-proxy and --no-dns; addresses, host ports and ways out stay', async () => {
    const clusterIp = await kubectl.path('{.spec.clusterIP}', 'service', 'web');
    const [ruleset, addresses] = [() => machine.run('nft', 'list', 'ruleset'), () => machine.run('ip', 'address', 'show')];
    expect((await ruleset()).stdout).toContain(clusterIp);
    expect((await addresses()).stdout).toContain(CLUSTER_DNS);
    await end(agent);
    const others = ['--no-proxy', '--no-dns', '--cluster-dns', '192.0.2.53'];
    agent = machine.start(skiff, 'agent', '--join', `https://${machine.hostIp}:${cluster.port}`, ...identity, ...others);
    const ports = [{ containerPort: 80, hostPort: 18_080 }];
    await kubectl.input(pod('plain', { nodeName: 'second', containers: [container(web(), { ports })] }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/plain', '--timeout=60s');
    await eventually(async () => expect((await ruleset()).stdout).not.toContain(clusterIp));
    await eventually(async () => expect((await addresses()).stdout).not.toContain(CLUSTER_DNS));
    expect(await kubectl('exec', 'plain', '--', 'cat', '/etc/resolv.conf')).toMatch(/^nameserver 192\.0\.2\.53$/m);
    await eventually(async () => expect(await (await fetch(`http://${machine.ip}:18080/`)).text()).toBe('web v1 plain\n'));
    const [there = ''] = (await kubectl('get', 'pods', '-o', 'name', '--field-selector', `spec.nodeName=${cluster.nodeName}`)).trim().split('\n');
    const address = await kubectl.path('{.status.podIP}', 'pod', 'plain');
    expect(await kubectl('exec', there, '--', 'wget', '-qO-', `http://${address}/`)).toBe('web v1 plain\n');
  });

  it('is refused with a token that does not exist', async () => {
    const args = ['--join', `https://${machine.hostIp}:${cluster.port}`, '--token', 'aaaaaa.bbbbbbbbbbbbbbbb'];
    const { stdout } = await cluster.skiff('token', 'create');
    const hash = /--ca-hash (\S+)/.exec(stdout)?.[1] ?? '';
    const other = mkdtempSync(join(tmpdir(), 'skiff-third-'));
    const { code, stderr } = await machine.run(skiff, 'agent', ...args, '--ca-hash', hash, '--node-name', 'third', '--simulate', '--data-dir', other);
    rmSync(other, { recursive: true, force: true });
    expect(code).toBe(1);
    expect(stderr).toMatch(/the token is unknown or has expired/);
  });
});
