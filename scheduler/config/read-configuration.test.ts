import { describe, expect, it } from '@jest/globals';
import { defaultConfiguration } from './configuration.ts';
import { readConfiguration } from './read-configuration.ts';

const file = (more: object = {}) => ({ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', ...more });
const read = (more: object = {}) => readConfiguration(file(more)).configuration;
const profile = (more: object = {}) => read({ profiles: [more] }).profiles[0];
const names = (plugins: readonly { readonly name: string }[] = []) => plugins.map(({ name }) => name);

describe('a KubeSchedulerConfiguration', () => {
  it('that says nothing is the default one', () => {
    expect(read()).toEqual(defaultConfiguration());
    expect(read({ profiles: [{}] })).toEqual(defaultConfiguration());
  });

  it('tries the filters in upstream’s order', () => {
    expect(names(profile()?.plugins.filter).slice(-3)).toEqual(['InterPodAffinity', 'DynamicResources', 'NodeDeclaredFeatures']);
  });

  it('names its profiles, back-off and the share of nodes to look at', () => {
    const given = {
      percentageOfNodesToScore: 30,
      podInitialBackoffSeconds: 2,
      podMaxBackoffSeconds: 20,
      profiles: [{ schedulerName: 'a', percentageOfNodesToScore: 100 }, { schedulerName: 'b' }],
    };
    const { profiles, ...rest } = read(given);
    expect(rest).toEqual({ percentageOfNodesToScore: 30, podInitialBackoffSeconds: 2, podMaxBackoffSeconds: 20 });
    expect(profiles.map(({ schedulerName, percentageOfNodesToScore }) => [schedulerName, percentageOfNodesToScore])).toEqual([
      ['a', 100],
      ['b', undefined],
    ]);
  });

  it('takes fields of upstream that mean nothing here, and returns what concerns credentials and leaders', () => {
    const more = {
      parallelism: 16,
      enableProfiling: true,
      leaderElection: { leaderElect: true, leaseDuration: '30s', resourceLock: 'leases', resourceName: 'mine' },
      clientConnection: { kubeconfig: '/etc/scheduler.conf', qps: 50, burst: 100 },
    };
    expect(readConfiguration(file(more))).toMatchObject({
      kubeconfig: '/etc/scheduler.conf',
      leaderElection: { leaderElect: true, leaseDuration: 30, resourceName: 'mine' },
    });
  });

  describe('has plugins', () => {
    it('that are disabled at one point or at all of theirs', () => {
      const plugins = { score: { disabled: [{ name: 'ImageLocality' }] }, multiPoint: { disabled: [{ name: 'TaintToleration' }] } };
      const enabled = profile({ plugins })?.plugins;
      expect(names(enabled?.score)).toEqual([
        'NodeAffinity',
        'NodeResourcesFit',
        'VolumeBinding',
        'PodTopologySpread',
        'InterPodAffinity',
        'DynamicResources',
        'NodeResourcesBalancedAllocation',
      ]);
      expect(names(enabled?.filter)).not.toContain('TaintToleration');
      expect(names(enabled?.filter)).toContain('NodeName');
    });

    it('alone that a point enables after it has disabled all', () => {
      const score = { disabled: [{ name: '*' }], enabled: [{ name: 'ImageLocality', weight: 5 }] };
      expect(profile({ plugins: { score } })?.plugins.score).toEqual([{ name: 'ImageLocality', weight: 5 }]);
    });

    it('with weights: those of a point stand before the others', () => {
      const plugins = {
        score: { enabled: [{ name: 'NodeResourcesFit', weight: 9 }] },
        multiPoint: { enabled: [{ name: 'NodeAffinity', weight: 7 }] },
      };
      const score = profile({ plugins })?.plugins.score ?? [];
      expect(score[0]).toEqual({ name: 'NodeResourcesFit', weight: 9 });
      expect(score.filter(({ name }) => name === 'NodeAffinity')).toEqual([{ name: 'NodeAffinity', weight: 7 }]);
      expect(score.filter(({ name }) => name === 'NodeResourcesFit')).toHaveLength(1);
    });
  });

  it('gives plugins arguments, and the others their defaults', () => {
    const pluginConfig = [
      { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 3 }] } } },
      { name: 'InterPodAffinity', args: { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'InterPodAffinityArgs', hardPodAffinityWeight: 50 } },
      {
        name: 'PodTopologySpread',
        args: { defaultingType: 'List', defaultConstraints: [{ topologyKey: 'rack', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] },
      },
    ];
    expect(profile({ pluginConfig })?.args).toEqual({
      ...defaultConfiguration().profiles[0]?.args,
      NodeResourcesFit: {
        ignoredResources: [],
        ignoredResourceGroups: [],
        scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 3 }], shape: [] },
      },
      InterPodAffinity: { hardPodAffinityWeight: 50, ignorePreferredTermsOfExistingPods: false },
      PodTopologySpread: { defaultConstraints: [{ topologyKey: 'rack', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] },
    });
  });

  const fitting = (scoringStrategy: object) => ({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy } }] }] });
  const args = (name: string, given: object) => ({ profiles: [{ pluginConfig: [{ name, args: given }] }] });
  const at = 'profiles[0].pluginConfig[0].args';
  it.each<[string, object, string]>([
    ['an unknown field', { profiles: [{ plugin: {} }] }, 'strict decoding error: unknown field "profiles[0].plugin"'],
    ['an unknown field of arguments', args('NodeAffinity', { affinity: {} }), `${at}.affinity: unknown field`],
    ['another version', { apiVersion: 'kubescheduler.config.k8s.io/v1beta3' }, 'apiVersion: must be kubescheduler.config.k8s.io/v1'],
    ['an extender', { extenders: [{ urlPrefix: 'http://x' }] }, 'extenders: extenders are not supported'],
    ['two profiles of one name', { profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }] }, 'profiles[1].schedulerName: Duplicate value: "a"'],
    ['a profile without a name among several', { profiles: [{ schedulerName: 'a' }, {}] }, 'profiles[1].schedulerName: Required value'],
    ['a share of nodes above 100', { percentageOfNodesToScore: 101 }, 'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]'],
    ['no back-off', { podInitialBackoffSeconds: 0 }, 'podInitialBackoffSeconds: Invalid value: 0: must be greater than 0'],
    [
      'a falling back-off',
      { podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 4 },
      'podMaxBackoffSeconds: Invalid value: 4: must be greater than or equal to PodInitialBackoffSeconds',
    ],
    [
      'a plugin that is not built in',
      { profiles: [{ plugins: { filter: { enabled: [{ name: 'Coscheduling' }] } } }] },
      'profiles[0].plugins.filter.enabled[0].name: plugin "Coscheduling" does not exist',
    ],
    [
      'a plugin at a point that it does not act at',
      { profiles: [{ plugins: { score: { enabled: [{ name: 'NodeName' }] } } }] },
      'profiles[0].plugins.score.enabled[0].name: plugin "NodeName" does not extend score plugin',
    ],
    [
      'no plugin that binds',
      { profiles: [{ plugins: { bind: { disabled: [{ name: '*' }] } } }] },
      'profiles[0].plugins.bind: at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
    ],
    [
      'an unknown strategy',
      fitting({ type: 'Random' }),
      `${at}.scoringStrategy.type: Unsupported value: "Random": supported values: "LeastAllocated"`,
    ],
    [
      'a ratio without a shape',
      fitting({ type: 'RequestedToCapacityRatio' }),
      `${at}.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio`,
    ],
    [
      'a falling shape',
      fitting({ type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [{ utilization: 50 }, { utilization: 50 }] } }),
      `${at}.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order`,
    ],
    [
      'an affinity weight above 100',
      args('InterPodAffinity', { hardPodAffinityWeight: 101 }),
      `${at}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]`,
    ],
    [
      'constraints beside upstream’s own',
      args('PodTopologySpread', { defaultConstraints: [{ topologyKey: 'k', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' }] }),
      `${at}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`,
    ],
    [
      'a negative time for the search for devices',
      args('DynamicResources', { filterTimeout: '-1s' }),
      `${at}.filterTimeout: Invalid value: "-1s": must be zero or positive`,
    ],
    [
      'too little time for devices to be ready',
      args('DynamicResources', { bindingTimeout: '999ms' }),
      `${at}.bindingTimeout: Invalid value: "999ms": must be at least 1 second`,
    ],
    ['arguments of a plugin that takes none', args('NodeName', { a: 1 }), `${at}: Invalid value: {"a":1}: plugin NodeName takes no arguments`],
  ])('is refused with %s, and the field is named', (_, more, message) => {
    expect(() => read(more)).toThrow(message);
  });
});
