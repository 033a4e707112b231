import * as z from 'zod';

const text = z.string().optional();

/** The options of `skiff agent` by which nodes register, as options of `skiff up`. The agent's own table checks them. */
export const registrationFlags = {
  'node-labels': { schema: text, help: 'labels that new nodes register with, such as disk=ssd,tier=1', value: 'LABELS' },
  'register-with-taints': { schema: text, help: 'taints that new nodes register with, such as gpu=yes:NoSchedule', value: 'TAINTS' },
  'node-cpus': { schema: text, help: 'CPUs of each simulated node (default 32)', value: 'N' },
  'node-memory': { schema: text, help: 'memory of each simulated node (default 256Gi)', value: 'SIZE' },
  'node-pods': { schema: text, help: 'pods that each simulated node takes (default 110)', value: 'N' },
};

type Name = keyof typeof registrationFlags;
const NAMES = Object.keys(registrationFlags) as Name[];

/**
 * Returns the arguments for the agent: those that are given (`--agent-arg`), or else the kept ones, with the flags in their place. Undefined if
 * neither is given: then the kept ones hold.
 */
export function registrationArguments(
  flags: Readonly<Partial<Record<Name, string | undefined>>>,
  given: readonly string[] | undefined,
  kept: () => readonly string[],
): readonly string[] | undefined {
  const own = NAMES.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}=${flags[name]}`]));
  if (own.length === 0) return given;
  const isReplaced = (argument: string) => NAMES.some((name) => flags[name] !== undefined && argument.startsWith(`--${name}=`));
  return [...(given ?? kept()).filter((argument) => !isReplaced(argument)), ...own];
}
