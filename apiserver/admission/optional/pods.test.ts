import { afterEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { createMemoryStore } from '../../../store/memory.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { MERGE, PODS, STRATEGIC, serverWith } from './optional-plugins.fixture.ts';

let server: TestServer;
afterEach(() => server.stop());

const post = (name: string, spec: object = {}) => {
  const body = { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Never' }], ...spec } };
  return server.ask('POST', PODS, { body });
};

describe('AlwaysPullImages', () => {
  const policies = ({ spec }: Pod) =>
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])].map((one) => one.imagePullPolicy);

  it('has every image of a new pod pulled at every start', async () => {
    server = await serverWith({ AlwaysPullImages: undefined });
    const { status, json } = await post('p', {
      initContainers: [{ name: 'init', image: 'a', imagePullPolicy: 'IfNotPresent' }],
      volumes: [
        { name: 'v', image: { reference: 'r', pullPolicy: 'Never' } },
        { name: 'e', emptyDir: {} },
      ],
    });
    expect([status, policies(json), json.spec.volumes[0].image.pullPolicy]).toEqual([201, ['Always', 'Always'], 'Always']);
  });

  it('leaves the updates of pods alone that bring no new image, and their subresources', async () => {
    const store = createMemoryStore();
    server = await serverWith({}, { store });
    await post('p');
    await server.stop();
    server = await serverWith({ AlwaysPullImages: undefined }, { store });
    const labelled = await server.ask('PATCH', `${PODS}/p`, { body: { metadata: { labels: { a: 'b' } } }, headers: MERGE });
    expect([labelled.status, policies(labelled.json)]).toEqual([200, ['Never']]);
    const ephemeral = { spec: { ephemeralContainers: [{ name: 'e', image: 'new', imagePullPolicy: 'Never' }] } };
    const { json } = await server.ask('PATCH', `${PODS}/p/ephemeralcontainers`, { body: ephemeral, headers: STRATEGIC });
    expect(policies(json)).toEqual(['Never', 'Never']);
  });

  it.each<[string, Pod['spec'], string]>([
    ['one', { containers: [] }, 'pods "p" is forbidden: spec.containers[0].imagePullPolicy: Unsupported value: "Never": supported values: "Always"'],
    [
      'several',
      { containers: [], initContainers: [{ name: 'i', image: 'i' }], volumes: [{ name: 'v', image: { reference: 'r' } }] },
      `[${[
        'pods "p" is forbidden: spec.initContainers[0].imagePullPolicy: Unsupported value: "Never": supported values: "Always"',
        'pods "p" is forbidden: spec.containers[0].imagePullPolicy: Unsupported value: "Never": supported values: "Always"',
        'pods "p" is forbidden: spec.volumes[0].image.pullPolicy: Unsupported value: "Never": supported values: "Always"',
      ].join(', ')}]`,
    ],
  ])('refuses a pod that a webhook gives other policies: %s', async (_number, spec, message) => {
    server = await serverWith(
      { AlwaysPullImages: undefined },
      {
        after({ object, kind }) {
          if (kind.plural !== 'pods') return;
          const { initContainers = [], containers = [], volumes = [] } = (object as Pod).spec ?? {};
          for (const container of [...initContainers, ...containers]) container.imagePullPolicy = 'Never';
          for (const { image } of volumes) if (image) image.pullPolicy = 'Never';
        },
      },
    );
    const { json } = await post('p', { ...spec, containers: [{ name: 'c', image: 'i' }] });
    expect([json.code, json.reason, json.message]).toEqual([500, undefined, message]);
  });

  it('is not there unless it is enabled', async () => {
    server = await serverWith({});
    expect(policies((await post('p')).json)).toEqual(['Never']);
  });
});

describe('LimitPodHardAntiAffinityTopology', () => {
  const required = (...keys: string[]) => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: keys.map((topologyKey) => ({ topologyKey, labelSelector: { matchLabels: { a: 'b' } } })),
      },
    },
  });
  const preferred = (topologyKey: string) => ({
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey, labelSelector: {} } }] },
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { a: 'b' } } }] },
    },
  });

  it.each<[string, object, string | undefined]>([
    ['no affinity', {}, undefined],
    ['nodes', required('kubernetes.io/hostname'), undefined],
    ['preferences and affinity over zones', preferred('zone'), undefined],
    ['zones', required('topology.kubernetes.io/zone'), 'topology.kubernetes.io/zone'],
    ['nodes and zones', required('kubernetes.io/hostname', 'zone'), 'zone'],
  ])('looks at the keys of required anti-affinity: %s', async (_what, spec, refused) => {
    server = await serverWith({ LimitPodHardAntiAffinityTopology: undefined });
    const { json } = await post('p', spec);
    const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${refused} but only key kubernetes.io/hostname is allowed`;
    if (refused) expect([json.code, json.reason, json.message]).toEqual([403, 'Forbidden', `pods "p" is forbidden: ${why}`]);
    else expect(json.kind).toBe('Pod');
  });
});

describe('ExtendedResourceToleration', () => {
  const asking = (name: string, requests: Record<string, string>) => ({ name, image: 'i', resources: { requests, limits: requests } });
  const toleration = (key: string) => ({ key, operator: 'Exists', effect: 'NoSchedule' });
  const added = ({ spec }: Pod) => spec?.tolerations?.filter(({ key }) => !key?.startsWith('node.kubernetes.io/'));

  it.each<[string, object, object[]]>([
    ['no extended resource', { containers: [asking('c', { cpu: '1', 'hugepages-2Mi': '2Mi', memory: '2Mi' })] }, []],
    [
      'several, init containers included',
      {
        containers: [asking('c', { 'example.com/z': '1' }), asking('d', { 'example.com/a': '1' })],
        initContainers: [asking('i', { 'example.com/m': '1' })],
      },
      ['example.com/a', 'example.com/m', 'example.com/z'].map(toleration),
    ],
    [
      'one that is tolerated already, and one for a time',
      {
        containers: [asking('c', { 'example.com/a': '1' })],
        tolerations: [toleration('example.com/a'), { ...toleration('example.com/a'), effect: 'NoExecute', tolerationSeconds: 5 }],
      },
      [toleration('example.com/a'), { ...toleration('example.com/a'), effect: 'NoExecute', tolerationSeconds: 5 }],
    ],
  ])('adds a toleration per resource that is requested: %s', async (_what, spec, expected) => {
    server = await serverWith({ ExtendedResourceToleration: undefined });
    const { status, json } = await post('p', spec);
    expect([status, added(json)]).toEqual([201, expected]);
  });
});
