import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { systemClock } from '../../base/clock.ts';
import type { Credentials } from '../../runtime/client/credentials.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { freePortFrom, isTaken } from '../cluster/ports.ts';
import type { ComponentName } from '../cluster/process.ts';
import { logTail, PartEnded, requireRunning, runningPid, startComponent, stopComponent, supervisionOf } from '../cluster/process.ts';
import { answers, nodeReadiness, serverReady, until } from '../cluster/readiness.ts';
import { addContext, overwritten, userKubeconfigPath } from '../cluster/user-kubeconfig.ts';
import type { Layout } from '../config/data-dir.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { clusterOptions, DEFAULT_NAME, layoutFor, loadSettings, portSchema, Settings, saveSettings, storeSetting } from '../config/settings.ts';
import { handedOn } from './handed-on.ts';
import { registrationArguments, registrationFlags } from './registration-flags.ts';

const options = {
  ...clusterOptions,
  store: { schema: storeSetting.optional(), help: 'sqlite (default), etcd (a local one), memory, or etcd endpoints', value: 'STORE' },
  nodes: { schema: z.coerce.number().int().min(1).max(10_000).optional(), help: 'how many nodes; more than one are simulated', value: 'N' },
  simulate: { schema: z.boolean().optional(), help: 'simulated nodes: pods run in name only, on any system, without root' },
  port: { schema: portSchema.optional(), help: "the API server's port (default 6443)", value: 'PORT' },
  'agent-port': { schema: portSchema.optional(), help: "the node agent's port (default 10250)", value: 'PORT' },
  'node-name': { schema: z.string().optional(), help: "the node's name (default: the machine's)", value: 'NAME' },
  'resolv-conf': { schema: z.string().optional(), help: "the node's resolvers (default: /etc/resolv.conf)", value: 'FILE' },
  ...registrationFlags,
  'server-arg': {
    schema: z.array(z.string()).optional(),
    help: "an option of 'skiff server', such as --server-arg=--audit-log-path=FILE; repeated; kept for the next 'up', --server-arg= drops all",
    value: 'OPTION',
    multiple: true,
  },
  'agent-arg': {
    schema: z.array(z.string()).optional(),
    help: "an option of 'skiff agent', such as --agent-arg='--allowed-unsafe-sysctls=kernel.msg*'; repeated, kept and dropped likewise",
    value: 'OPTION',
    multiple: true,
  },
  kubeconfig: { schema: z.boolean().default(true), help: "add a context of the cluster's name to your kubeconfig (--no-kubeconfig: leave it alone)" },
  timeout: { schema: z.coerce.number().positive().default(120), help: 'give up after this many seconds', value: 'SECONDS' },
};

const NODE_PACKAGES = ['containerd', 'runc', 'containernetworking-plugins', 'nftables', 'iptables', 'iproute2', 'conntrack'];

/** The reason why the nodes are simulated; undefined if they are real. */
function whySimulated(settings: Settings): string | undefined {
  if (settings.simulate) return 'as asked';
  if (settings.nodes > 1) return 'there is one real node to a machine';
  if (process.platform !== 'linux') return 'containers need Linux';
  if (process.getuid?.() !== 0) return "containers need root: 'sudo ./skiff up' runs real ones";
  return undefined;
}

function installPackages(packages: readonly string[]): void {
  const script = join(dirname(process.argv[1] ?? ''), '..', 'scripts', 'install-packages.sh');
  if (!existsSync(script)) return;
  const { status } = spawnSync('sh', [script, ...packages], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error('the packages that a node is made of could not be installed');
}

/** @throws UsageError if a part runs already, under other options than the ones that are asked for now. */
async function requireStoppedForChange(layout: Layout, name: 'server' | 'agent', before: readonly string[], now: readonly string[]): Promise<void> {
  if (isDeepStrictEqual(before, now) || (await runningPid(layout, name)) === undefined) return;
  throw new UsageError(`--${name}-arg: the ${name} runs already, with other options: 'skiff stop' first, then 'skiff up'`);
}

const PARTS = ['agent', 'server'] as const;
type Given = { readonly [K in 'name' | 'port' | 'agent-port']?: number | string | undefined };

/** The ports that are asked for. A new cluster with a name of its own gets free ones, so that it can stand beside others. */
async function portsOf(layout: Layout, { name = DEFAULT_NAME, port, 'agent-port': agentPort }: Given): Promise<Partial<Settings>> {
  const asked = { ...(typeof port === 'number' && { port }), ...(typeof agentPort === 'number' && { agentPort }) };
  if (name === DEFAULT_NAME || existsSync(layout.settings)) return asked;
  const own = asked.port ?? (await freePortFrom(Settings.parse({}).port));
  return { port: own, agentPort: asked.agentPort ?? (await freePortFrom(Settings.parse({}).agentPort, [own])) };
}

/** @throws UsageError for a port of a part that is to be started, if another program has it, or the other part. */
async function requireFreePorts(layout: Layout, { port, agentPort }: Settings): Promise<void> {
  if (port === agentPort) throw new UsageError(`--agent-port ${agentPort}: is that of the server (--port): choose another`);
  for (const [name, option, number] of [
    ['server', '--port', port],
    ['agent', '--agent-port', agentPort],
  ] as const) {
    if ((await runningPid(layout, name)) === undefined && (await isTaken(number)))
      throw new UsageError(`${option} ${number}: another program has this port: end that, choose another port, or give the cluster a --name`);
  }
}

/** @throws UsageError if the context is that of another cluster which is there. */
async function requireOwnContext(layout: Layout, name: string): Promise<void> {
  const server = overwritten(layout.adminKubeconfig, name);
  if (server === undefined || !(await answers(server))) return;
  throw new UsageError(
    `the context "${name}" in ${userKubeconfigPath()} is that of another cluster, at ${server}: give this one a --name of its own, or --no-kubeconfig`,
  );
}

/** Returns a check that throws with the end of the log if a component ends from now on. Call it before the components are started. */
async function alive(layout: Layout): Promise<() => Promise<void>> {
  const names: readonly ComponentName[] = ['server', 'agent'];
  const known = await Promise.all(
    names.map(async (name) => {
      // A part that ended before is no concern: its supervisor, which waits for the next try, gives way to a new one. A process that was killed a
      // moment ago may still count as running: its end is none of a start that failed.
      const running = (await runningPid(layout, name)) !== undefined;
      if (!running) await stopComponent(layout, name);
      return { name, restarts: running ? (supervisionOf(layout, name)?.restarts ?? 0) + 1 : 0 };
    }),
  );
  return async () => {
    for (const { name, restarts } of known) await requireRunning(layout, name, restarts);
  };
}

async function startServer(layout: Layout, settings: Settings, timeoutMs: number, guard: () => Promise<void>): Promise<Credentials> {
  if ((await runningPid(layout, 'server')) === undefined) {
    await startComponent(layout, 'server', [
      ...['--data-dir', layout.dataDir, '--store', settings.store, '--port', String(settings.port)],
      ...['--kubelet-certificate-authority', join(layout.pki, 'ca.crt')],
      ...settings.serverArgs,
    ]);
  }
  return until(
    async () => {
      const credentials = await kubeconfigCredentials(layout.adminKubeconfig);
      return (await serverReady(credentials)) ? credentials : undefined;
    },
    {
      timeoutMs,
      everyMs: 15,
      guard,
      onTimeout: () => `the API server is not ready; the end of its log:\n${logTail(layout, 'server')}`,
    },
  );
}

/** Returns the time from which on heartbeats count, in milliseconds: 0 if the agent ran already. */
async function startAgent(layout: Layout, settings: Settings, simulated: boolean): Promise<number> {
  if ((await runningPid(layout, 'agent')) !== undefined) return 0;
  // The API tells times in whole seconds.
  const since = Math.floor(systemClock.now() / 1000) * 1000;
  const args = ['--data-dir', layout.dataDir, '--port', String(settings.agentPort)];
  if (settings.nodeName !== undefined) args.push('--node-name', settings.nodeName);
  if (settings.resolvConf !== undefined) args.push('--resolv-conf', settings.resolvConf);
  if (simulated) args.push('--simulate', '--nodes', String(settings.nodes));
  args.push(...settings.agentArgs);
  await startComponent(layout, 'agent', args);
  return since;
}

interface Bringing {
  readonly simulated: boolean;
  readonly timeoutMs: number;
  readonly took: () => string;
}

/** Starts the parts that do not run, and waits until the nodes are Ready. @throws PartEnded if a part ends, Error after the time */
async function bringUp(layout: Layout, settings: Settings, { simulated, timeoutMs, took }: Bringing): Promise<void> {
  const guard = await alive(layout);
  const starting = startAgent(layout, settings, simulated);
  // A start under way is waited for: what is to be stopped has to be there.
  const [server, agent] = await Promise.allSettled([startServer(layout, settings, timeoutMs, guard), starting]);
  if (server.status === 'rejected') throw server.reason;
  if (agent.status === 'rejected') throw agent.reason;
  const admin = server.value;
  console.log(`API server ready at ${admin.server} (${took()})`);
  const ready = await until(
    async () => {
      const found = await nodeReadiness(admin, agent.value);
      return found.ready.length >= settings.nodes ? found.ready : undefined;
    },
    { timeoutMs, everyMs: 50, guard, onTimeout: () => `no node is Ready; the end of the agent's log:\n${logTail(layout, 'agent')}` },
  );
  console.log(`${ready.length === 1 ? `node ${ready[0]} is` : `${ready.length} nodes are`} Ready (${took()})`);
}

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    'up',
    'Starts a cluster on this machine, or the parts of it that do not run; ends when its nodes are Ready.',
    options,
    args,
  );
  if (!parsed) return 0;
  const { store, nodes, simulate, kubeconfig, timeout } = parsed.options;
  const layout = layoutFor(parsed.options);
  const { 'server-arg': serverArg } = parsed.options;
  const agentArg = registrationArguments(parsed.options, parsed.options['agent-arg'], () => loadSettings(layout).agentArgs);
  const [serverArgs, agentArgs] = [await handedOn('server', serverArg), await handedOn('agent', agentArg)];
  // Their help was printed.
  if ((serverArg && !serverArgs) || (agentArg && !agentArgs)) return 0;
  const settings = loadSettings(layout, {
    name: parsed.options.name,
    ...(await portsOf(layout, parsed.options)),
    store,
    nodes,
    simulate,
    nodeName: parsed.options['node-name'],
    resolvConf: parsed.options['resolv-conf'],
    serverArgs,
    agentArgs,
  });
  const kept = loadSettings(layout);
  if (existsSync(layout.settings) && kept.store !== settings.store) {
    throw new UsageError(
      `the cluster in ${layout.dataDir} keeps its state in ${kept.store}: 'skiff down' takes it back, another --data-dir starts a second one`,
    );
  }
  await requireStoppedForChange(layout, 'server', kept.serverArgs, settings.serverArgs);
  await requireStoppedForChange(layout, 'agent', kept.agentArgs, settings.agentArgs);
  await requireFreePorts(layout, settings);
  if (kubeconfig) await requireOwnContext(layout, settings.name);
  const simulated = whySimulated(settings);
  const started = systemClock.monotonic();
  const took = () => `${((systemClock.monotonic() - started) / 1000).toFixed(2)} s`;

  if (simulated === undefined) installPackages(settings.store === 'etcd' ? [...NODE_PACKAGES, 'etcd-server'] : NODE_PACKAGES);
  else if (settings.store === 'etcd' && process.getuid?.() === 0) installPackages(['etcd-server']);
  saveSettings(layout, settings);

  const before = await Promise.all(PARTS.map((name) => runningPid(layout, name)));
  try {
    await bringUp(layout, settings, { simulated: simulated !== undefined, timeoutMs: timeout * 1000, took });
  } catch (error) {
    // A part that has ended for good drags down the others; a machine that is slow may get there yet.
    if (error instanceof PartEnded) for (const [index, name] of PARTS.entries()) if (before[index] === undefined) await stopComponent(layout, name);
    throw error;
  }
  if (simulated !== undefined) console.log(`The nodes are SIMULATED (${simulated}): no container runs on them.`);
  if (kubeconfig) addContext(layout.adminKubeconfig, settings.name);
  console.log(
    [
      '',
      kubeconfig
        ? `kubectl's current context is now "${settings.name}" (${userKubeconfigPath()}). Next:`
        : `export KUBECONFIG=${layout.adminKubeconfig}   # then:`,
      '  kubectl get nodes -o wide',
      '  kubectl create deployment web --image=nginx --replicas=3',
      '  ./skiff status | stop | down      # look at it, stop it (its data stays), take everything back',
    ].join('\n'),
  );
  return 0;
}
