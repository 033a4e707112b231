import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import type { Verb } from '../../api/definition/kind.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { serveProbes } from '../../runtime/observe/probe-server.ts';
import { ROOT } from '../support/checkout.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { run } from '../support/commands/program.ts';
import { dashboardQueries } from '../support/metrics/dashboard-queries.ts';
import { freePort } from '../support/network/free-port.ts';
import { allows, grantsOf } from '../support/rbac/grants.ts';

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const skiff = (...args: string[]) => run(process.execPath, [join(ROOT, 'dist', 'skiff.mjs'), ...args]);

let cluster: KubectlCluster;
let directory: string;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 2 });
  directory = mkdtempSync(join(tmpdir(), 'skiff-deploy-'));
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('the Dockerfile', () => {
  /** Instructions of the form KEY [JSON], by stage. */
  const stages = new Map<string, { entrypoint: string[]; healthcheck: string[] }>();
  for (const [, name = '', body = ''] of read('Dockerfile').matchAll(/^FROM \S+ AS (\S+)\n([\s\S]*?)(?=^FROM |$(?![\s\S]))/gm)) {
    const list = (pattern: RegExp): string[] => JSON.parse(pattern.exec(body)?.[1] ?? '[]');
    stages.set(name, { entrypoint: list(/^ENTRYPOINT (.*)$/m), healthcheck: list(/^HEALTHCHECK .*?CMD (.*)$/m) });
  }
  const healthcheck = (stage: string, port: number) => {
    const [, ...args] = stages.get(stage)?.healthcheck ?? [];
    return run(
      process.execPath,
      args.map((arg) => arg.replace(/\b(6443|8080|10250)\b/, String(port))),
    );
  };

  it.each(['controllers', 'server', 'agent'])('has the target %s, which starts a command that there is with options it knows', async (target) => {
    const [program, ...args] = stages.get(target)?.entrypoint ?? [];
    expect(program).toBe('node');
    const { code, stdout } = await run(process.execPath, [...args.map((arg) => arg.replace('/skiff/dist', join(ROOT, 'dist'))), '--help']);
    expect({ code, usage: stdout.split('\n')[0] }).toEqual({ code: 0, usage: `Usage: skiff ${target} [OPTIONS]` });
    // Arguments before the program are Node's.
    const ours = args.slice(args.findIndex((arg) => arg.endsWith('.mjs')));
    for (const option of ours.filter((arg) => arg.startsWith('--'))) expect(stdout).toContain(`  ${option} `);
  });

  it('asks each component for its health where that is told, and believes what it hears', async () => {
    const port = await freePort();
    const close = await serveProbes({ port, registry: new Registry(), ready: Promise.resolve() });
    const nobody = await freePort();
    expect((await healthcheck('controllers', port)).code).toBe(0);
    expect((await healthcheck('agent', port)).code).toBe(0);
    expect((await healthcheck('server', Number(new URL(cluster.url).port))).code).toBe(0);
    for (const stage of ['controllers', 'server', 'agent']) expect((await healthcheck(stage, nobody)).code).toBe(1);
    close();
  });

  it('has every target that the compose file builds', () => {
    const { services }: { services: Record<string, { build: { target: string } }> } = parse(read('deploy', 'compose', 'compose.yaml'));
    expect(
      Object.values(services)
        .map(({ build }) => build.target)
        .sort(),
    ).toEqual(['agent', 'controllers', 'server']);
    for (const { build } of Object.values(services)) expect(stages.has(build.target)).toBe(true);
  });
});

describe("systemd's units", () => {
  /** Machines without systemd lack this program; the other half of the test does not need it. */
  const ANALYZE = '/usr/bin/systemd-analyze';

  it.each(['server', 'agent'])('skiff-%s.service is right, and starts a command with options it knows', async (name) => {
    const unit = read('deploy', 'systemd', `skiff-${name}.service`);
    const [, command = '', ...flags] = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
    expect(command).toBe(name);
    const { stdout } = await skiff(command, '--help');
    for (const flag of flags.filter((arg) => arg.startsWith('--'))) expect(stdout).toContain(`  ${flag} `);
    if (!existsSync(ANALYZE)) return;
    // `verify` looks for the program, the user and the manual: this machine's replace them.
    const file = join(directory, `skiff-${name}.service`);
    writeFileSync(
      file,
      unit
        .replaceAll('/opt/skiff/skiff', join(ROOT, 'skiff'))
        .replaceAll('=skiff\n', '=root\n')
        .replace(/^Documentation=.*\n/m, ''),
    );
    expect(await run(ANALYZE, ['verify', '--man=no', file])).toMatchObject({ code: 0, stderr: '' });
  });
});

interface PodContainer {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
}

describe("skiff's parts as pods of another cluster", () => {
  const HOME = join(ROOT, 'deploy', 'home');

  it.each([
    ['deployment/skiff-controllers', ['controllers', '--home']],
    ['deployment/skiff-scheduler', ['scheduler']],
    ['daemonset/skiff-agent', ['agent']],
  ])('%s is accepted, and starts a command with options it knows', async (workload, command) => {
    const kubectl = cluster.kubectl.in('kube-system');
    await kubectl('apply', '-f', HOME);
    if (command.includes('--home')) await kubectl('patch', workload, '--patch-file', join(HOME, 'patches', 'signing.yaml'));
    const { spec } = JSON.parse(await kubectl('get', workload, '-o', 'json')).spec.template;
    const [container]: PodContainer[] = spec.containers;
    if (!container) throw new Error(`${workload} has no container`);
    // Either its image starts the part, or its command does.
    expect(container.command?.includes(command[0] ?? '') ?? container.image.includes(`skiff-${command[0]}:`)).toBe(true);
    const { stdout } = await skiff(...command, '--help');
    const options = [...(container.command?.slice(container.command.indexOf(command[0] ?? '')) ?? []), ...container.args];
    for (const option of options.filter((arg) => arg.startsWith('--'))) {
      const name = option.replace(/=.*/, '').replace(/^--no-/, '--');
      expect([option, stdout.includes(`  ${name} `) || stdout.includes(`(--no-${name.slice(2)}:`)]).toEqual([option, true]);
    }
    // Rights are bound to the account that the pod acts as; the agent has credentials of its own.
    const account: string | undefined = spec.serviceAccountName;
    if (account === undefined || account === 'default') expect(spec.automountServiceAccountToken).toBe(false);
    else expect(await grantsOf(cluster.client, { namespace: 'kube-system', name: account })).not.toEqual([]);
    await kubectl('delete', workload);
  });
});

interface ScrapeJob {
  job_name: string;
  kubernetes_sd_configs?: readonly { readonly role: string }[];
  static_configs?: readonly object[];
}

describe('Prometheus', () => {
  let secrets: string;
  let token: string;
  beforeAll(async () => {
    await cluster.kubectl('apply', '-f', join(ROOT, 'deploy', 'prometheus', 'account.yaml'));
    token = (await cluster.kubectl('create', 'token', 'prometheus', '-n', 'monitoring')).trim();
    secrets = join(directory, 'secrets');
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'token'), token);
    const config = JSON.parse(cluster.kubeconfig).clusters[0].cluster;
    writeFileSync(join(secrets, 'ca.crt'), Buffer.from(config['certificate-authority-data'], 'base64'));
  });

  it('is given the rights that its discovery and its scrapes need', async () => {
    const grants = await grantsOf(cluster.client, { namespace: 'monitoring', name: 'prometheus' });
    const asked = (verb: Verb, plural: string, subresource = '') => ({ verb, group: '', plural, subresource, namespace: '', name: '' });
    const needed = [
      ...(['nodes', 'pods'] as const).flatMap((plural) => [asked('list', plural), asked('watch', plural)]),
      asked('get', 'nodes', 'proxy'),
    ];
    expect(needed.filter((each) => !grants.some((grant) => allows(grant, each)))).toEqual([]);
  });

  it('scrapes server, agents and controllers as it is configured, and answers what the dashboard asks', async () => {
    const server = new URL(cluster.url).host;
    const text = read('deploy', 'prometheus', 'prometheus.yml').replaceAll('/etc/prometheus/skiff', secrets).replaceAll('127.0.0.1:6443', server);
    const config: { global: object; scrape_configs: ScrapeJob[] } = parse(text);
    // Debian's Prometheus is built without discovery in Kubernetes: the test lists its targets by hand.
    const controllersPort = await freePort();
    const close = await serveProbes({ port: controllersPort, registry: new Registry(), ready: Promise.resolve() });
    const found = (labels: Readonly<Record<string, string>>) => ({
      targets: ['found:1'],
      labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [`__meta_kubernetes_${name}`, value])),
    });
    const discovered: Readonly<Record<string, object[]>> = {
      node: ['node-0', 'node-1'].map((node_name) => found({ node_name })),
      pod: [
        found({
          pod_name: 'skiff-0',
          pod_ip: '127.0.0.1',
          pod_label_app_kubernetes_io_name: 'skiff',
          pod_annotation_prometheus_io_scrape: 'true',
          pod_annotation_prometheus_io_port: `${controllersPort}`,
        }),
        found({ pod_name: 'other', pod_ip: '127.0.0.1', pod_annotation_prometheus_io_scrape: 'true', pod_annotation_prometheus_io_port: '1' }),
      ],
    };
    const jobs = config.scrape_configs.map(({ kubernetes_sd_configs: [sd] = [], ...job }) =>
      sd ? { ...job, static_configs: discovered[sd.role] } : job,
    );
    const file = join(directory, 'prometheus.yml');
    // The interval bounds each scrape: a second would be short where the machine is slow.
    writeFileSync(file, JSON.stringify({ global: { scrape_interval: '3s' }, scrape_configs: jobs }));
    const port = await freePort();
    const args = [`--config.file=${file}`, `--storage.tsdb.path=${join(directory, 'tsdb')}`, `--web.listen-address=127.0.0.1:${port}`];
    const prometheus = spawn('prometheus', args, { stdio: 'ignore' });
    try {
      const query = async (expression: string): Promise<Answer> =>
        JSON.parse(await (await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`)).text());
      await eventually(async () => {
        const { data } = await query('up');
        const up = data?.result.map(({ metric, value }) => `${metric.job} ${metric.node ?? metric.pod ?? ''} ${value[1]}`).sort();
        const nodes = ['agents', 'containers'].flatMap((job) => [`skiff-${job} node-0 1`, `skiff-${job} node-1 1`]);
        expect(up).toEqual([...nodes, 'skiff-controllers skiff-0 1', 'skiff-pod-resources  1', 'skiff-server  1']);
      }, 120_000);
      for (const expression of dashboardQueries()) expect([expression, await query(expression)]).toMatchObject([expression, { status: 'success' }]);
    } finally {
      prometheus.kill('SIGKILL');
      close();
    }
  }, 180_000);
});

interface Answer {
  readonly status: string;
  readonly data?: { readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[] };
}
