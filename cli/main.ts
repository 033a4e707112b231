import { mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { dataDirOf } from './config/data-dir.ts';

/** The time that output gets to be written. */
const LEAVE_MS = 1_000;

/** The commands; each module is loaded only when it is asked for: start-up time is a feature. */
const commands: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<{ run(args: readonly string[]): Promise<number> }> }>
> = {
  up: { summary: 'start a cluster on this machine (idempotent); ends when the node is Ready', load: () => import('./commands/up.ts') },
  stop: { summary: 'stop the cluster; its data stays', load: () => import('./commands/stop.ts') },
  down: { summary: 'stop the cluster and take back everything it made', load: () => import('./commands/down.ts') },
  status: { summary: 'what runs, and whether it is ready', load: () => import('./commands/status.ts') },
  server: { summary: 'run the control plane in the foreground', load: () => import('./commands/server.ts') },
  agent: { summary: 'run a node agent in the foreground, or join one to a cluster (--join)', load: () => import('./commands/agent.ts') },
  scheduler: { summary: 'run the scheduler against another cluster (--kubeconfig)', load: () => import('./commands/scheduler.ts') },
  controllers: { summary: 'run the controllers against another cluster (--kubeconfig)', load: () => import('./commands/controllers.ts') },
  token: { summary: 'token create: make a token with which a node may join', load: () => import('./commands/token.ts') },
  kubeconfig: { summary: 'print the admin kubeconfig, or its path (--path)', load: () => import('./commands/kubeconfig.ts') },
  store: {
    summary: 'store list|get|delete: look into a stopped server’s store, and remove what keeps it from starting',
    load: () => import('./commands/store.ts'),
  },
  encryption: {
    summary: 'encryption rewrite: store all objects anew, with the first key of the encryption configuration',
    load: () => import('./commands/encryption.ts'),
  },
  image: { summary: 'image load FILE...: import image archives into the node', load: () => import('./commands/image.ts') },
  version: { summary: 'print the version', load: () => import('./commands/version.ts') },
};

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 2;
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`);
  return `skiff: a lean Kubernetes\n\nUsage: skiff COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\nskiff COMMAND --help lists a command's options.`;
}

/**
 * The directory for compiled code: beside the program, so that a new data directory starts as fast as an old one; with the data if the
 * program belongs to another user, who could not remove these files.
 */
function codeCache(args: readonly string[]): string {
  const home = dirname(fileURLToPath(import.meta.url));
  if (statSync(home).uid === process.getuid?.()) return `${home}/cache`;
  const dataDir = dataDirOf(args);
  // A new directory is made here, and it will hold secrets. If it cannot be made, no code is kept.
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch {
    // The command says so, if it needs it.
  }
  return `${dataDir}/cache/code`;
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(usage());
    return 0;
  }
  const command = commands[name === '--version' ? 'version' : name];
  if (!command) {
    console.error(`skiff: unknown command "${name}"\n\n${usage()}`);
    return 2;
  }
  enableCompileCache(codeCache(args));
  return (await command.load()).run(args);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.SKIFF_DEBUG === '1' && error.stack) return error.stack;
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `port ${error.port} is in use by another program: end that, or choose another port (--port; for 'up' also --agent-port)`;
  }
  return error.message;
}

try {
  process.exitCode = await main(process.argv.slice(2));
  // A command that has ended ends the process, whatever it has left open: a call to containerd without an answer, a connection to a cluster that is away.
  systemClock.after(LEAVE_MS, () => process.exit(), 'background');
} catch (error) {
  console.error(`skiff: ${messageOf(error)}`);
  // A start that failed half-way leaves threads and sockets behind, which would keep the process.
  process.exit(1);
}
