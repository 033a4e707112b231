import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { createScheduler, defaultConfiguration } from '../../scheduler/index.ts';
import { runRemotePart } from '../cluster/remote-part.ts';
import { stopSignal } from '../cluster/signals.ts';
import { parseArgsConfig, parseOptions, UsageError } from '../config/options.ts';
import type { RemoteFlags } from '../config/remote-options.ts';
import { remoteOptions } from '../config/remote-options.ts';
import { configurationFile, schedulerOptions } from '../config/server/scheduler.ts';
import { dataDirOption } from '../config/settings.ts';

const DEFAULT_NAME = 'default-scheduler';

const options = {
  ...remoteOptions('kube-scheduler', 10251),
  ...schedulerOptions,
  'scheduler-name': {
    schema: z.string().min(1, 'must be a name').optional(),
    help: `binds the pods whose spec.schedulerName this is (default ${DEFAULT_NAME}); not with --config, which names its profiles`,
    value: 'NAME',
  },
  'data-dir': dataDirOption,
};

/** The fields of a configuration's leaderElection, and the options that take their place if they are given. */
const ELECTION = {
  leaderElect: 'leader-elect',
  leaseDuration: 'leader-elect-lease-duration',
  renewDeadline: 'leader-elect-renew-deadline',
  retryPeriod: 'leader-elect-retry-period',
  resourceName: 'leader-elect-resource-name',
  resourceNamespace: 'leader-elect-resource-namespace',
} as const;

/** Reads the configuration that `--config` names, and how it says that the cluster is reached. Options that are given win over the file. */
async function fromFile(path: string, flags: RemoteFlags, args: readonly string[]) {
  const { configuration, kubeconfig, leaderElection } = await configurationFile(path);
  const given = new Set(
    parseArgs({ ...parseArgsConfig(options, args), tokens: true }).tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])),
  );
  const election = Object.entries(ELECTION).flatMap(([field, option]) => {
    const value = leaderElection[field as keyof typeof ELECTION];
    return value === undefined || given.has(option) ? [] : [[option, value] as const];
  });
  return { configuration, flags: { ...flags, ...Object.fromEntries(election), kubeconfig: flags.kubeconfig ?? kubeconfig } };
}

/** Runs the scheduler against any cluster, in place of kube-scheduler or, under a name of its own, beside it. */
export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('scheduler', "Runs skiff's scheduler against any cluster, in place of kube-scheduler.", options, args);
  if (!parsed) return 0;
  const { config, 'scheduler-name': name } = parsed.options;
  if (config !== undefined && name !== undefined) throw new UsageError('--scheduler-name and --config name the profiles each: give one of them');
  const { configuration, flags } =
    config === undefined ? { configuration: defaultConfiguration(name), flags: parsed.options } : await fromFile(config, parsed.options, args);
  let podsSeen: () => readonly Live<Pod>[] = () => [];
  await runRemotePart(
    {
      name: 'kube-scheduler',
      component: DEFAULT_NAME,
      flags,
      work({ actions, ...term }, signal) {
        const informer = term.informers.of(pods);
        podsSeen = () => informer.list();
        return createScheduler({ ...term, recorder: actions.recorder, configuration }).run(signal);
      },
      documents: new Map([
        [
          '/configz',
          async () => {
            const { shownConfiguration } = await import('../../scheduler/config/shown-configuration.ts');
            return { contentType: 'application/json', parts: [JSON.stringify({ componentconfig: shownConfiguration(configuration) })] };
          },
        ],
        ['/metrics/resources', async () => (await import('../../scheduler/state/pod-resource-metrics.ts')).podResourceMetrics(podsSeen())],
      ]),
    },
    stopSignal(),
  );
  return 0;
}
