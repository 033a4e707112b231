import type { EnabledPlugin, ExtensionPoint } from './extension-points.ts';
import { DEFAULT_PLUGINS } from './extension-points.ts';
import type { PluginArguments } from './plugin-arguments.ts';
import { DEFAULT_ARGUMENTS } from './plugin-arguments.ts';
import { expandedPlugins } from './plugin-sets.ts';

/** The scheduler's settings, as a KubeSchedulerConfiguration states them, with defaults filled in. */
export interface SchedulerConfiguration {
  /** At least one; the names differ. */
  readonly profiles: readonly ProfileConfiguration[];
  /** The share of the nodes, in percent, that are enough to choose from; 0 adapts it to the size of the cluster. */
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
}

/** The plugins, and their arguments, by which the pods of one `spec.schedulerName` are scheduled. */
export interface ProfileConfiguration {
  readonly schedulerName: string;
  /** Takes the place of the configuration's, if it is stated. */
  readonly percentageOfNodesToScore: number | undefined;
  readonly plugins: Readonly<Record<ExtensionPoint, readonly EnabledPlugin[]>>;
  readonly args: PluginArguments;
}

export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/** Returns upstream's default profile under a name. */
export const defaultProfile = (schedulerName = DEFAULT_SCHEDULER_NAME): ProfileConfiguration => ({
  schedulerName,
  percentageOfNodesToScore: undefined,
  plugins: expandedPlugins({ multiPoint: DEFAULT_PLUGINS, points: {} }),
  args: DEFAULT_ARGUMENTS,
});

/** Returns upstream's default configuration: one profile of the given name. */
export const defaultConfiguration = (schedulerName?: string): SchedulerConfiguration => ({
  profiles: [defaultProfile(schedulerName)],
  percentageOfNodesToScore: 0,
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
});
