import { expect, it } from '@jest/globals';
import { defaultConfiguration } from './configuration.ts';
import { readConfiguration } from './read-configuration.ts';
import { shownConfiguration } from './shown-configuration.ts';

const header = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
const full = {
  ...header,
  percentageOfNodesToScore: 30,
  podMaxBackoffSeconds: 20,
  profiles: [
    {
      schedulerName: 'packing',
      percentageOfNodesToScore: 50,
      plugins: {
        score: { disabled: [{ name: 'ImageLocality' }], enabled: [{ name: 'NodeAffinity', weight: 7 }] },
        filter: { disabled: [{ name: 'NodePorts' }] },
      },
      pluginConfig: [
        {
          name: 'NodeResourcesFit',
          args: {
            ignoredResourceGroups: ['example.com'],
            scoringStrategy: {
              type: 'RequestedToCapacityRatio',
              resources: [{ name: 'cpu', weight: 3 }],
              requestedToCapacityRatio: {
                shape: [
                  { utilization: 0, score: 0 },
                  { utilization: 100, score: 10 },
                ],
              },
            },
          },
        },
        {
          name: 'PodTopologySpread',
          args: { defaultConstraints: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' }], defaultingType: 'List' },
        },
        { name: 'DynamicResources', args: { filterTimeout: '5s', bindingTimeout: '90s' } },
      ],
    },
    { schedulerName: 'default-scheduler' },
  ],
};

it.each([
  ['the default one', defaultConfiguration()],
  ['one with profiles and arguments of its own', readConfiguration(full).configuration],
])('a configuration that is shown reads as the same again: %s', (_name, configuration) => {
  expect(readConfiguration(shownConfiguration(configuration)).configuration).toEqual(configuration);
});
