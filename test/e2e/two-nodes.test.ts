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
import { container, deployment, pod } from '../support/manifests.ts';
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
    expect((await addresses()).stdout).not.toContain(CLUSTER_DNS);
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
