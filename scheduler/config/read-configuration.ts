import * as z from 'zod';
import { fieldPath } from '../../base/field-path.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import { argumentSchemas } from './argument-schemas.ts';
import type { ProfileConfiguration, SchedulerConfiguration } from './configuration.ts';
import { DEFAULT_SCHEDULER_NAME } from './configuration.ts';
import type { ExtensionPoint } from './extension-points.ts';
import { EXTENSION_POINTS, PLUGIN_POINTS } from './extension-points.ts';
import { duplicate, invalid, required } from './field-errors.ts';
import type { PluginArguments } from './plugin-arguments.ts';
import { DEFAULT_ARGUMENTS } from './plugin-arguments.ts';
import { expandedPlugins, mergedSets } from './plugin-sets.ts';

/** A KubeSchedulerConfiguration file: the scheduler's own part, and how a scheduler of its own process reaches the cluster and is elected. */
export interface ConfigurationFile {
  readonly configuration: SchedulerConfiguration;
  /** Path of the file with credentials. */
  readonly kubeconfig: string | undefined;
  /** Only what the file states; durations in seconds. */
  readonly leaderElection: LeaderElectionSettings;
}

export interface LeaderElectionSettings {
  readonly leaderElect?: boolean | undefined;
  readonly leaseDuration?: number | undefined;
  readonly renewDeadline?: number | undefined;
  readonly retryPeriod?: number | undefined;
  readonly resourceName?: string | undefined;
  readonly resourceNamespace?: string | undefined;
}

type Issue = z.core.$ZodIssue;

const isKnown = (name: string): boolean => Object.hasOwn(PLUGIN_POINTS, name);
const takesArguments = (name: string): name is keyof PluginArguments => Object.hasOwn(argumentSchemas, name);

const seconds = z.string('must be a duration such as 15s').transform((text, context) => {
  const ms = parseGoDuration(text);
  if (typeof ms === 'number') return ms / 1000;
  context.addIssue({ code: 'custom', message: invalid(text, ms) });
  return z.NEVER;
});
const percentage = z
  .int('must be a whole number')
  .refine((value) => value >= 0 && value <= 100, { error: ({ input }) => invalid(input, 'not in valid range [0-100]') })
  .optional();

const enabledPlugin = z.strictObject({ name: z.string().min(1, required()), weight: z.int().min(0).default(0) });
const pluginSet = z.strictObject({
  enabled: z.array(enabledPlugin).default([]),
  disabled: z.array(z.strictObject({ name: z.string(), weight: z.int().optional() }).transform(({ name }) => name)).default([]),
});
const setAt = (point: ExtensionPoint | 'multiPoint') =>
  pluginSet.superRefine(({ enabled }, context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of enabled.entries()) {
      const fault = enabledFault(name, point, seen.has(name));
      seen.add(name);
      if (fault) context.addIssue({ code: 'custom', path: ['enabled', index, 'name'], message: fault });
    }
  });

/** The words for plugins that cannot be enabled at a point (pkg/scheduler/framework/runtime/framework.go); undefined if it can. */
function enabledFault(name: string, point: ExtensionPoint | 'multiPoint', again: boolean): string | undefined {
  if (!isKnown(name)) return `plugin ${JSON.stringify(name)} does not exist: only the plugins of kube-scheduler itself are built in`;
  if (again) return `plugin ${JSON.stringify(name)} already registered`;
  if (point === 'multiPoint' || PLUGIN_POINTS[name]?.includes(point)) return undefined;
  return `plugin ${JSON.stringify(name)} does not extend ${point} plugin`;
}

const pluginSets = z.strictObject({
  multiPoint: setAt('multiPoint').optional(),
  ...(Object.fromEntries(EXTENSION_POINTS.map((point) => [point, setAt(point).optional()])) as Record<
    ExtensionPoint,
    z.ZodOptional<typeof pluginSet>
  >),
});

const pluginConfig = z
  .array(z.strictObject({ name: z.string().min(1, required()), args: z.unknown() }))
  .default([])
  .transform((entries, context): PluginArguments => {
    let args = DEFAULT_ARGUMENTS;
    const seen = new Set<string>();
    for (const [index, { name, args: given }] of entries.entries()) {
      const issue = (message: string, ...path: PropertyKey[]) => context.addIssue({ code: 'custom', path: [index, ...path], message });
      if (seen.has(name)) issue(duplicate(name));
      seen.add(name);
      if (!isKnown(name)) issue(`plugin ${JSON.stringify(name)} does not exist: only the plugins of kube-scheduler itself are built in`, 'name');
      else if (!takesArguments(name)) issue(invalid(given, `plugin ${name} takes no arguments`), 'args');
      else {
        const parsed = argumentSchemas[name].safeParse(given ?? {});
        if (parsed.success) args = { ...args, [name]: parsed.data };
        else for (const each of parsed.error.issues) issueOf(each, issue);
      }
    }
    return args;
  });

/** Hands an issue of a plugin's arguments on: an unknown field under its own path. */
function issueOf(each: Issue, issue: (message: string, ...path: PropertyKey[]) => void): void {
  if (each.code !== 'unrecognized_keys') issue(each.message, 'args', ...each.path);
  else for (const key of each.keys) issue('unknown field', 'args', ...each.path, key);
}

const profile = z
  .strictObject({
    schedulerName: z.string().optional(),
    percentageOfNodesToScore: percentage,
    plugins: pluginSets.default({}),
    pluginConfig,
  })
  .transform(({ schedulerName, percentageOfNodesToScore, plugins, pluginConfig: args }, context) => {
    const expanded = expandedPlugins(mergedSets(plugins));
    const named = JSON.stringify(schedulerName ?? DEFAULT_SCHEDULER_NAME);
    const fault = (point: ExtensionPoint, message: string) => context.addIssue({ code: 'custom', path: ['plugins', point], message });
    const sorts = expanded.queueSort.length;
    if (sorts !== 1) fault('queueSort', `only one queue sort plugin required for profile with scheduler name ${named}, but got ${sorts}`);
    if (expanded.bind.length === 0) fault('bind', `at least one bind plugin is needed for profile with scheduler name ${named}`);
    return { schedulerName, percentageOfNodesToScore, plugins: expanded, args };
  });

const profiles = z
  .array(profile)
  .default([])
  .transform((given, context): readonly ProfileConfiguration[] => {
    // A single profile need not be named.
    const named = given.map((each) => ({ ...each, schedulerName: each.schedulerName ?? (given.length === 1 ? DEFAULT_SCHEDULER_NAME : '') }));
    for (const [index, { schedulerName }] of named.entries()) {
      const message = schedulerName === '' ? required() : duplicate(schedulerName);
      const isFirst = named.findIndex((other) => other.schedulerName === schedulerName) === index;
      if (schedulerName === '' || !isFirst) context.addIssue({ code: 'custom', path: [index, 'schedulerName'], message });
    }
    if (named.length > 0) return named;
    const standard = { schedulerName: DEFAULT_SCHEDULER_NAME, percentageOfNodesToScore: undefined };
    return [{ ...standard, plugins: expandedPlugins(mergedSets({})), args: DEFAULT_ARGUMENTS }];
  });

const positive = (name: string) =>
  z.int(`${name} must be a whole number`).refine((value) => value > 0, { error: ({ input }) => invalid(input, 'must be greater than 0') });

const configuration = z
  .strictObject({
    apiVersion: z.literal('kubescheduler.config.k8s.io/v1', { error: 'must be kubescheduler.config.k8s.io/v1' }),
    kind: z.literal('KubeSchedulerConfiguration', { error: 'must be KubeSchedulerConfiguration' }),
    parallelism: z
      .int()
      .refine((value) => value > 0, { error: ({ input }) => invalid(input, 'should be an integer value greater than zero') })
      .optional(),
    leaderElection: z
      .strictObject({
        leaderElect: z.boolean().optional(),
        leaseDuration: seconds.optional(),
        renewDeadline: seconds.optional(),
        retryPeriod: seconds.optional(),
        resourceLock: z.literal('leases', { error: ({ input }) => invalid(input, 'resourceLock value must be "leases"') }).optional(),
        resourceName: z.string().min(1, required()).optional(),
        resourceNamespace: z.string().min(1, required()).optional(),
      })
      .default({}),
    clientConnection: z
      .strictObject({
        kubeconfig: z.string().optional(),
        acceptContentTypes: z.string().optional(),
        contentType: z.string().optional(),
        qps: z.number().optional(),
        burst: z.int().optional(),
      })
      .default({}),
    enableProfiling: z.boolean().optional(),
    enableContentionProfiling: z.boolean().optional(),
    delayCacheUntilActive: z.boolean().optional(),
    percentageOfNodesToScore: percentage,
    podInitialBackoffSeconds: positive('podInitialBackoffSeconds').default(1),
    podMaxBackoffSeconds: positive('podMaxBackoffSeconds').default(10),
    profiles,
    extenders: z
      .array(z.unknown())
      .max(0, 'extenders are not supported: leave the list out, or run kube-scheduler with --no-scheduler here')
      .optional(),
  })
  .refine(({ podInitialBackoffSeconds, podMaxBackoffSeconds }) => podMaxBackoffSeconds >= podInitialBackoffSeconds, {
    path: ['podMaxBackoffSeconds'],
    error: ({ input }) =>
      invalid((input as { podMaxBackoffSeconds: number }).podMaxBackoffSeconds, 'must be greater than or equal to PodInitialBackoffSeconds'),
  });

/** Unknown fields are told as upstream's strict decoder tells them. */
const sentence = (issue: Issue): string => {
  if (issue.code !== 'unrecognized_keys') return `${fieldPath(issue.path) || 'the file'}: ${issue.message}`;
  return issue.keys.map((key) => `strict decoding error: unknown field ${JSON.stringify(fieldPath([...issue.path, key]))}`).join('; ');
};

/** Reads a decoded KubeSchedulerConfiguration. @throws Error that names the wrong fields */
export function readConfiguration(value: unknown): ConfigurationFile {
  const parsed = configuration.safeParse(value ?? {});
  if (!parsed.success) throw new Error(parsed.error.issues.map(sentence).join('; '));
  const { clientConnection, leaderElection, percentageOfNodesToScore, ...own } = parsed.data;
  const { resourceLock: _, ...election } = leaderElection;
  return {
    configuration: {
      profiles: own.profiles,
      percentageOfNodesToScore: percentageOfNodesToScore ?? 0,
      podInitialBackoffSeconds: own.podInitialBackoffSeconds,
      podMaxBackoffSeconds: own.podMaxBackoffSeconds,
    },
    kubeconfig: clientConnection.kubeconfig || undefined,
    leaderElection: election,
  };
}
