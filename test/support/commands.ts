import { execFile, execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { layoutOf } from '../../cli/config/data-dir.ts';

export { eventually } from '../../cli/cluster/eventually.ts';

/** The checkout that is tested. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Runs a program to its end; a non-zero exit is an outcome, not an error. */
export function run(file: string, args: readonly string[], { input, env, cwd, timeoutMs = 60_000 }: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      [...args],
      { env: { ...process.env, ...env }, cwd, timeout: timeoutMs, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? (typeof error.code === 'number' ? error.code : 1) : 0,
          stdout,
          stderr: error && stderr === '' ? error.message : stderr,
        }),
    );
    // A program that reads no input may be gone before it is given any.
    child.stdin?.on('error', () => {}).end(input ?? '');
  });
}

const tools = new Map<string, string>();
/** The directory of the stock kubectl and helm 4, or of helm 3; fetched on first use. */
export function clientTools(set: '' | 'helm3' = ''): string {
  const known = tools.get(set);
  if (known !== undefined) return known;
  const found = execFileSync('sh', [join(ROOT, 'scripts', 'client-tools.sh'), ...(set === '' ? [] : [set])], { encoding: 'utf8' }).trim();
  tools.set(set, found);
  return found;
}

export interface Kubectl {
  /** Runs kubectl; answers its standard output. Throws with its standard error where it fails. */
  (...args: readonly string[]): Promise<string>;
  /** With standard input: text, or an object or several as manifests. */
  input(input: string | object | readonly object[], ...args: readonly string[]): Promise<string>;
  /** Runs what must fail; answers its standard error. Throws where it does not fail. */
  fails(args: readonly string[], input?: string | object): Promise<string>;
  /** What `get -o jsonpath` prints. */
  path(jsonPath: string, ...args: readonly string[]): Promise<string>;
  /** Whatever comes out, failures included. */
  outcome(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** The same kubectl in another namespace. */
  in(namespace: string): Kubectl;
  readonly kubeconfig: string;
  /** What every call starts with. */
  readonly baseArgs: readonly string[];
}

const asText = (input: string | object): string => {
  if (typeof input === 'string') return input;
  return (Array.isArray(input) ? input : [input]).map((manifest) => JSON.stringify(manifest)).join('\n---\n');
};

/** A kubectl bound to one cluster. Its caches stand beside the kubeconfig, so that clusters do not share them. */
export function kubectlFor(kubeconfig: string, namespace?: string): Kubectl {
  const baseArgs = ['--kubeconfig', kubeconfig, '--cache-dir', `${kubeconfig}.cache`, ...(namespace === undefined ? [] : ['--namespace', namespace])];
  const outcome = (args: readonly string[], options?: RunOptions) => run(join(clientTools(), 'kubectl'), [...baseArgs, ...args], options);
  const checked = async (args: readonly string[], options?: RunOptions) => {
    const { code, stdout, stderr } = await outcome(args, options);
    if (code === 0) return stdout;
    // Who waited in vain wants to know what stood in the way.
    const scene = args[0] === 'wait' ? (await outcome(['describe', 'pods'])).stdout : '';
    throw new Error(`kubectl ${args.join(' ')}: ${stderr || stdout}\n${scene}`);
  };
  return Object.assign((...args: readonly string[]) => checked(args), {
    input: (input: string | object, ...args: readonly string[]) => checked(args, { input: asText(input) }),
    async fails(args: readonly string[], input?: string | object) {
      const { code, stdout, stderr } = await outcome(args, input === undefined ? {} : { input: asText(input) });
      if (code === 0) throw new Error(`kubectl ${args.join(' ')} did not fail: ${stdout}`);
      return stderr;
    },
    path: (jsonPath: string, ...args: readonly string[]) => checked(['get', ...args, '-o', `jsonpath=${jsonPath}`]),
    outcome,
    in: (other: string) => kubectlFor(kubeconfig, other),
    kubeconfig,
    baseArgs,
  });
}

export function helm(kubeconfig: string, args: readonly string[], set: '' | 'helm3' = ''): Promise<Outcome> {
  // Its caches stand beside the kubeconfig: nothing of the user's is read or written.
  const env = { HELM_CACHE_HOME: `${kubeconfig}.helm`, HELM_CONFIG_HOME: `${kubeconfig}.helm`, HELM_DATA_HOME: `${kubeconfig}.helm` };
  return run(join(clientTools(set), 'helm'), ['--kubeconfig', kubeconfig, ...args], { env, timeoutMs: 120_000 });
}

export interface Helm {
  /** Runs helm; answers its standard output. Throws with its standard error where it fails. */
  (...args: readonly string[]): Promise<string>;
  /** Runs what must fail; answers its standard error. Throws where it does not fail. */
  fails(...args: readonly string[]): Promise<string>;
}

/** A helm bound to one cluster and one namespace. */
export function helmFor(kubeconfig: string, namespace: string, version: 3 | 4 = 4): Helm {
  const outcome = (args: readonly string[]) => helm(kubeconfig, ['--namespace', namespace, ...args], version === 3 ? 'helm3' : '');
  const call = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await outcome(args);
    if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr || stdout}`);
    return stdout;
  };
  return Object.assign(call, {
    async fails(...args: readonly string[]) {
      const { code, stdout, stderr } = await outcome(args);
      if (code === 0) throw new Error(`helm ${args.join(' ')} did not fail: ${stdout}`);
      return stderr;
    },
  });
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The pid of a process of the cluster in `dataDir`, as it was noted at its start. Throws where it never ran. */
export async function componentPid(dataDir: string, component: 'server' | 'agent' | 'etcd'): Promise<number> {
  const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(await readFile(join(layoutOf(dataDir).run, `${component}.pid`), 'utf8')));
  return pid;
}
