import { join } from 'node:path';
import type { ClientTools } from './client-tools.ts';
import { clientTools } from './client-tools.ts';
import type { Outcome } from './program.ts';
import { ONE_PROCESSOR, run } from './program.ts';

function helm(kubeconfig: string, args: readonly string[], set: ClientTools = ''): Promise<Outcome> {
  // helm's own files stand beside the kubeconfig: the user's are neither read nor written.
  const env = {
    ...ONE_PROCESSOR,
    HELM_CACHE_HOME: `${kubeconfig}.helm`,
    HELM_CONFIG_HOME: `${kubeconfig}.helm`,
    HELM_DATA_HOME: `${kubeconfig}.helm`,
  };
  return run(join(clientTools(set), 'helm'), ['--kubeconfig', kubeconfig, ...args], { env, timeoutMs: 120_000 });
}

export interface Helm {
  /** Runs helm and returns its standard output. Throws with its standard error if it fails. */
  (...args: readonly string[]): Promise<string>;
  /** Runs a command that must fail and returns its standard error. Throws if it does not fail. */
  fails(...args: readonly string[]): Promise<string>;
}

/** Returns a helm bound to one cluster and one namespace. */
export function helmFor(kubeconfig: string, namespace: string, version: 3 | 3.9 | 4 = 4): Helm {
  const outcome = (args: readonly string[]) =>
    helm(kubeconfig, ['--namespace', namespace, ...args], version === 4 ? '' : version === 3 ? 'helm3' : 'old');
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
