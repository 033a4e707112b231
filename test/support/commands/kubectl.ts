import { join } from 'node:path';
import type { ClientTools } from './client-tools.ts';
import { clientTools } from './client-tools.ts';
import type { Outcome, RunOptions } from './program.ts';
import { ONE_PROCESSOR, run } from './program.ts';

export interface Kubectl {
  /** Runs kubectl and returns its standard output. Throws with its standard error if it fails. */
  (...args: readonly string[]): Promise<string>;
  /** Runs kubectl with standard input: text, or one or several objects as manifests. */
  input(input: string | object | readonly object[], ...args: readonly string[]): Promise<string>;
  /** Runs a command that must fail and returns its standard error. Throws if it does not fail. */
  fails(args: readonly string[], input?: string | object): Promise<string>;
  /** Returns the output of `get -o jsonpath`. */
  path(jsonPath: string, ...args: readonly string[]): Promise<string>;
  /** Runs kubectl and returns its outcome, failures included. */
  outcome(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** The same kubectl in another namespace. */
  in(namespace: string): Kubectl;
  readonly kubeconfig: string;
  /** The first arguments of every call. */
  readonly baseArgs: readonly string[];
}

const asText = (input: string | object): string => {
  if (typeof input === 'string') return input;
  return (Array.isArray(input) ? input : [input]).map((manifest) => JSON.stringify(manifest)).join('\n---\n');
};

/** Returns a kubectl bound to one cluster. Its caches stand beside the kubeconfig, so that clusters do not share them. */
export function kubectlFor(kubeconfig: string, namespace?: string, set: ClientTools = ''): Kubectl {
  const baseArgs = [
    '--kubeconfig',
    kubeconfig,
    '--cache-dir',
    `${kubeconfig}.cache${set}`,
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
  ];
  const outcome = (args: readonly string[], options?: RunOptions) =>
    run(join(clientTools(set), 'kubectl'), [...baseArgs, ...args], { ...options, env: { ...ONE_PROCESSOR, ...options?.env } });
  const checked = async (args: readonly string[], options?: RunOptions) => {
    const { code, stdout, stderr } = await outcome(args, options);
    if (code === 0) return stdout;
    // Events and the state of the pods explain why a wait failed.
    const scene = args[0] === 'wait' ? [await outcome(['get', 'events', '--sort-by=.lastTimestamp']), await outcome(['describe', 'pods'])] : [];
    throw new Error(`kubectl ${args.join(' ')}: ${[stderr || stdout, ...scene.map((part) => part.stdout)].join('\n')}`);
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
    in: (other: string) => kubectlFor(kubeconfig, other, set),
    kubeconfig,
    baseArgs,
  });
}
