import type { Part } from '../config/part-arguments.ts';

const USE = (option: string) => `use its own ${option}`;
const JOINED = "'skiff agent --join' joins a node to another cluster";
const SERVER_SET = { store: USE('--store'), port: USE('--port'), 'data-dir': USE('--data-dir') };
const AGENT_SET = {
  port: USE('--agent-port'),
  'data-dir': USE('--data-dir'),
  'node-name': USE('--node-name'),
  'resolv-conf': USE('--resolv-conf'),
  simulate: USE('--simulate'),
  nodes: USE('--nodes'),
  ...{ join: JOINED, token: JOINED, 'ca-hash': JOINED, kubeconfig: JOINED, 'bootstrap-kubeconfig': JOINED, 'proxy-kubeconfig': JOINED },
};

/**
 * Checks what `--server-arg` or `--agent-arg` of `skiff up` hand on, and returns it as it is kept (`partArguments`): undefined if the option is
 * not given, or after the part's help was printed. The table of options is loaded only if it is needed.
 */
export async function handedOn(command: 'server' | 'agent', given: readonly string[] | undefined): Promise<readonly string[] | undefined> {
  if (given === undefined) return undefined;
  const args = given.filter((arg) => arg !== '');
  const part: Part =
    command === 'server'
      ? { command, options: (await import('../config/server/server-options.ts')).serverOptions, set: SERVER_SET }
      : { command, options: (await import('../node/agent-options.ts')).agentOptions, set: AGENT_SET };
  return (await import('../config/part-arguments.ts')).partArguments(part, args, process.cwd());
}
