#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { systemClock } from '../../base/clock.ts';
import { findCredentials } from '../../runtime/client/find-credentials.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { secondsSchema } from '../config/settings.ts';
import { followRollout } from './follow-rollout.ts';
import { printHistory, restart, setPaused, undo } from './rollout.ts';
import type { Session } from './session.ts';
import { errorText, targetsOf } from './session.ts';
import { setImage } from './set-image.ts';
import { printWhy } from './why.ts';
import type { Target } from './workload.ts';

const USAGE = `kubectl skiff: what stock kubectl does for built-in workloads alone, for those of skiff.dev too

  kubectl skiff rollout status (TYPE NAME | TYPE/NAME) [--watch=false] [--revision=N] [--timeout=DURATION]
  kubectl skiff rollout history (TYPE NAME | TYPE/NAME) [--revision=N]
  kubectl skiff rollout undo (TYPE NAME | TYPE/NAME) [--to-revision=N] [--dry-run=server]
  kubectl skiff rollout (pause | resume | restart) (TYPE NAME | TYPE/NAME)
  kubectl skiff set image (TYPE NAME | TYPE/NAME) CONTAINER=IMAGE...
  kubectl skiff why (TYPE NAME | TYPE/NAME)

Without a group, a type means skiff.dev's if there is such an object, else the cluster's: deployment, deployments.skiff.dev, deployments.apps, sdep.
Options of all: -n NAMESPACE, --context NAME, --kubeconfig FILE.`;

const options = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  watch: { type: 'string', short: 'w' },
  revision: { type: 'string' },
  'to-revision': { type: 'string' },
  timeout: { type: 'string' },
  'dry-run': { type: 'string' },
} as const;

type Flags = { readonly [name in keyof typeof options]?: string | boolean };

/** The flags that each command takes beside those of all. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'rollout status': ['watch', 'revision', 'timeout'],
  'rollout history': ['revision'],
  'rollout undo': ['to-revision', 'dry-run'],
};
const COMMON = ['namespace', 'context', 'kubeconfig', 'help'];

function numberOf(flags: Flags, name: 'revision' | 'to-revision'): number {
  const text = flags[name] ?? '0';
  if (!/^-?\d+$/.test(String(text))) throw new Error(`invalid argument "${text}" for "--${name}" flag: must be a whole number`);
  return Number(text);
}

function timeoutOf({ timeout }: Flags): number {
  if (timeout === undefined || /^0[a-z]*$/.test(String(timeout))) return 0;
  const parsed = secondsSchema.safeParse(timeout);
  if (!parsed.success) throw new Error(`invalid argument "${timeout}" for "--timeout" flag: ${parsed.error.issues[0]?.message}`);
  return parsed.data * 1000;
}

/** Returns the function that runs a command on its objects, or undefined for an unknown command. */
function commandOf(name: string, flags: Flags): ((session: Session, args: readonly string[]) => Promise<void>) | undefined {
  const each = (act: (session: Session, target: Target) => Promise<void>) => async (session: Session, args: readonly string[]) => {
    for (const target of await targetsOf(session, args)) await act(session, target);
  };
  switch (name) {
    case 'rollout status': {
      const follow = { watch: flags.watch !== 'false', revision: numberOf(flags, 'revision'), timeoutMs: timeoutOf(flags) };
      return async (session, args) => {
        const targets = await targetsOf(session, args);
        const [target] = targets;
        if (!target || targets.length > 1)
          throw new Error(
            `rollout status is only supported on individual resources and resource collections - ${targets.length} resources were found`,
          );
        await followRollout(session, target, follow);
      };
    }
    case 'rollout history':
      return each((session, target) => printHistory(session, target, numberOf(flags, 'revision')));
    case 'rollout undo': {
      const dryRun = flags['dry-run'] ?? 'none';
      if (dryRun !== 'none' && dryRun !== 'server') throw new Error(`Invalid dry-run value (${dryRun}). Must be "none" or "server".`);
      return each((session, target) => undo(session, target, { to: numberOf(flags, 'to-revision'), dryRun }));
    }
    case 'rollout pause':
    case 'rollout resume':
      return each((session, target) => setPaused(session, target, name === 'rollout pause'));
    case 'rollout restart':
      return each(restart);
    case 'set image':
      return setImage;
    case 'why':
      return each(printWhy);
    default:
      return undefined;
  }
}

/** `--watch` alone means true, as with kubectl; parseArgs knows only flags with a value or without. */
const withValues = (args: readonly string[]): string[] => args.map((arg) => (arg === '--watch' || arg === '-w' ? '--watch=true' : arg));

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: withValues(argv), options, allowPositionals: true });
  const [first = '', second = ''] = positionals;
  if (values.help || first === '') {
    console.log(USAGE);
    return values.help ? 0 : 1;
  }
  const words = first === 'why' ? 1 : 2;
  const name = words === 1 ? first : `${first} ${second}`;
  const command = commandOf(name, values);
  if (!command) throw new Error(`unknown command "${name.trim()}"\n\n${USAGE}`);
  const unknown = Object.keys(values).find((flag) => !COMMON.includes(flag) && !FLAGS[name]?.includes(flag));
  if (unknown !== undefined) throw new Error(`unknown flag: --${unknown}`);
  const credentials = await findCredentials({ kubeconfig: values.kubeconfig, context: values.context });
  const session: Session = {
    client: createHttpsClient({ ...credentials, userAgent: 'kubectl-skiff' }),
    namespace: values.namespace ?? credentials.namespace ?? 'default',
    clock: systemClock,
    print: (text) => void process.stdout.write(text),
  };
  await command(session, positionals.slice(words));
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(errorText(error));
  // Open connections would keep the process for a while.
  process.exit(1);
}
