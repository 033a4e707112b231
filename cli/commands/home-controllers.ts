import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import * as z from 'zod';
import { settledBefore } from '../../base/abort.ts';
import { listedKinds } from '../../controllers/_shared/served-kinds.ts';
import type { HomeOptions } from '../../controllers/index.ts';
import { homeControllers } from '../../controllers/index.ts';
import { createDiscovery } from '../../runtime/client/discovery.ts';
import { createManager } from '../../runtime/control/manager.ts';
import { accountClients } from '../cluster/account-clients.ts';
import { CONTROLLER_MANAGER, controllerAccount } from '../cluster/identities.ts';
import type { Term } from '../cluster/remote-part.ts';
import { runRemotePart } from '../cluster/remote-part.ts';
import { createForeignKinds } from '../cluster/served-kinds.ts';
import { stopSignal } from '../cluster/signals.ts';
import { selectControllers } from '../config/controller-selection.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { remoteOptions } from '../config/remote-options.ts';
import { autoscalerSettingsOf, horizontalPodAutoscalerOptions } from '../config/server/horizontal-pod-autoscaler.ts';
import { booleanSchema, pathSchema } from '../config/server/option-schemas.ts';
import { textOf } from '../config/server/text-files.ts';
import { dataDirOption, secondsSchema } from '../config/settings.ts';

const options = {
  home: { schema: z.boolean().default(false), help: 'run the controllers of a whole cluster, in place of kube-controller-manager' },
  ...remoteOptions(CONTROLLER_MANAGER, 10252),
  controllers: {
    schema: z
      .string()
      .default('*')
      .transform((text) => text.split(',').filter((name) => name !== '')),
    help: "which run: '*' all (default), NAME this one, -NAME all but this one; separated by commas",
    value: 'LIST',
  },
  'use-service-account-credentials': {
    schema: booleanSchema,
    help: 'let each controller act as a service account of its own in kube-system (default true)',
    value: 'BOOL',
  },
  'root-ca-file': { schema: pathSchema, help: 'the authority that pods verify the API server by (default: that of the kubeconfig)', value: 'FILE' },
  'cluster-signing-cert-file': { schema: pathSchema, help: 'the authority that signs certificate requests (default: nobody does)', value: 'FILE' },
  'cluster-signing-key-file': { schema: pathSchema, help: 'its key', value: 'FILE' },
  'allocate-node-cidrs': { schema: booleanSchema, help: 'give each node a range of pod addresses (default true)', value: 'BOOL' },
  'cluster-cidr': {
    schema: z
      .string()
      .regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, 'must be a range such as 10.244.0.0/16')
      .optional(),
    help: 'the range of all pods (default 10.244.0.0/16)',
    value: 'CIDR',
  },
  'node-cidr-mask-size': {
    schema: z.coerce.number().int().min(1).max(32).optional(),
    help: 'the prefix of a node’s range (default 24)',
    value: 'BITS',
  },
  'terminated-pod-gc-threshold': {
    schema: z.coerce.number().int().min(0).optional(),
    help: 'how many ended pods are kept (default 12500; 0: all)',
    value: 'N',
  },
  ...horizontalPodAutoscalerOptions,
  'node-monitor-period': { schema: secondsSchema.default(5), help: 'how often the state of the nodes is looked at (default 5s)', value: 'SECONDS' },
  'node-monitor-grace-period': { schema: secondsSchema.default(40), help: 'how long a node may be silent (default 40s)', value: 'SECONDS' },
  'data-dir': dataDirOption,
};

type Flags = NonNullable<ReturnType<typeof parse>>['options'];

const parse = (args: readonly string[]) =>
  parseOptions('controllers', "Runs all of skiff's controllers against any cluster, in place of kube-controller-manager.", options, args);

const IPAM = 'node-ipam-controller';

async function signingOf(flags: Flags): Promise<HomeOptions['signing']> {
  const [certificate, key] = [flags['cluster-signing-cert-file'], flags['cluster-signing-key-file']];
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new UsageError('--cluster-signing-cert-file and --cluster-signing-key-file belong together: give both, or neither');
  return { ca: { certificate: await textOf('cluster-signing-cert-file', certificate), key: await textOf('cluster-signing-key-file', key) } };
}

/** The names of the API server, which no node gets a certificate for. */
const reservedNames = (server: string): readonly string[] => {
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
  return isIP(host) > 0 ? service : [...service, host];
};

async function work(flags: Flags, signing: HomeOptions['signing'], term: Term, signal: AbortSignal): Promise<void> {
  const { client, credentials, informers, events, clock, log, registry } = term;
  const rootCaFile = flags['root-ca-file'];
  const rootCaPem = rootCaFile === undefined ? credentials.ca : await readFile(rootCaFile, 'utf8');
  if (rootCaPem === undefined) throw new UsageError('--root-ca-file: name the authority of the API server, since the kubeconfig does not');
  const access = { ...credentials, userAgent: CONTROLLER_MANAGER, registry };
  const served = createForeignKinds({ discover: createDiscovery(access), clock, log });
  const following = served.run(signal);
  if (!(await settledBefore(served.ready, signal))) return;
  const all = homeControllers({
    served,
    rootCaPem,
    ...(signing ? { signing } : {}),
    reservedNames: reservedNames(credentials.server),
    autoscaler: autoscalerSettingsOf(flags),
    nodeMonitor: { periodMs: flags['node-monitor-period'] * 1000, gracePeriodMs: flags['node-monitor-grace-period'] * 1000 },
    nodeIpam: {
      ...(flags['cluster-cidr'] === undefined ? {} : { clusterCidr: flags['cluster-cidr'] }),
      ...(flags['node-cidr-mask-size'] === undefined ? {} : { nodeCidrBits: flags['node-cidr-mask-size'] }),
    },
    podGc: flags['terminated-pod-gc-threshold'] === undefined ? {} : { terminatedThreshold: flags['terminated-pod-gc-threshold'] },
  });
  const controllers = selectControllers(all, flags.controllers).filter(({ name }) => flags['allocate-node-cidrs'] !== false || name !== IPAM);
  const accounts = flags['use-service-account-credentials'] === false ? undefined : accountClients(client, access, clock);
  const manager = createManager({
    name: CONTROLLER_MANAGER,
    client,
    clientFor: ({ name }) => {
      const account = controllerAccount(name);
      return accounts && account !== undefined ? accounts(account) : client;
    },
    clock,
    log,
    registry,
    informers,
    eventSink: events,
    controllers,
  });
  await Promise.all([manager.run(signal), following]);
}

/** Runs the controllers of a whole cluster against any API server. */
export async function runHome(args: readonly string[]): Promise<number> {
  const parsed = parse(args);
  if (!parsed) return 0;
  const flags = parsed.options;
  // Names are checked before the cluster is asked for.
  selectControllers(homeControllers({ served: listedKinds([]), rootCaPem: '', signing: { ca: { certificate: '', key: '' } } }), flags.controllers);
  const signing = await signingOf(flags);
  await runRemotePart(
    { name: CONTROLLER_MANAGER, component: CONTROLLER_MANAGER, flags, work: (term, signal) => work(flags, signing, term, signal) },
    stopSignal(),
  );
  return 0;
}
