import { goDurationText } from '../../base/go-duration.ts';
import type { ProfileConfiguration, SchedulerConfiguration } from './configuration.ts';
import { EXTENSION_POINTS } from './extension-points.ts';
import type { PluginArguments } from './plugin-arguments.ts';

const VERSION = 'kubescheduler.config.k8s.io/v1';

/**
 * Shows a configuration as a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1), for /configz: one that reads as the same configuration again.
 * Plugins are told by point, and those that are enabled by default at all their points (`multiPoint`) are disabled there.
 */
export const shownConfiguration = (configuration: SchedulerConfiguration): object => ({
  kind: 'KubeSchedulerConfiguration',
  apiVersion: VERSION,
  percentageOfNodesToScore: configuration.percentageOfNodesToScore,
  podInitialBackoffSeconds: configuration.podInitialBackoffSeconds,
  podMaxBackoffSeconds: configuration.podMaxBackoffSeconds,
  profiles: configuration.profiles.map(shownProfile),
});

const shownProfile = ({ schedulerName, percentageOfNodesToScore, plugins, args }: ProfileConfiguration): object => ({
  schedulerName,
  ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
  plugins: {
    multiPoint: { disabled: [{ name: '*' }] },
    ...Object.fromEntries(
      EXTENSION_POINTS.map((point) => [point, { enabled: plugins[point].map(({ name, weight }) => (weight === 0 ? { name } : { name, weight })) }]),
    ),
  },
  pluginConfig: Object.entries(shownArguments(args)).map(([name, shown]) => ({
    name,
    args: { kind: `${name}Args`, apiVersion: VERSION, ...shown },
  })),
});

function shownArguments(args: PluginArguments): { readonly [Name in keyof PluginArguments]: object } {
  const { filterTimeoutMs, bindingTimeoutMs } = args.DynamicResources;
  const { addedAffinity } = args.NodeAffinity;
  const { ignoredResources, ignoredResourceGroups, scoringStrategy } = args.NodeResourcesFit;
  const { type, resources, shape } = scoringStrategy;
  const { defaultConstraints } = args.PodTopologySpread;
  return {
    DefaultPreemption: args.DefaultPreemption,
    DynamicResources: { filterTimeout: goDurationText(filterTimeoutMs), bindingTimeout: goDurationText(bindingTimeoutMs) },
    InterPodAffinity: args.InterPodAffinity,
    NodeAffinity: addedAffinity ? { addedAffinity } : {},
    NodeResourcesBalancedAllocation: args.NodeResourcesBalancedAllocation,
    NodeResourcesFit: {
      ignoredResources,
      ignoredResourceGroups,
      scoringStrategy: { type, resources, ...(shape.length > 0 ? { requestedToCapacityRatio: { shape } } : {}) },
    },
    PodTopologySpread: defaultConstraints ? { defaultConstraints, defaultingType: 'List' } : { defaultingType: 'System' },
    VolumeBinding: args.VolumeBinding,
  };
}
