import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { NodeGraph } from './graph.ts';

const metadata = (name: string, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: `${namespace}/${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
});

const pod = (name: string, nodeName: string | undefined, spec: Partial<NonNullable<Pod['spec']>> = {}): Live<Pod> => ({
  metadata: metadata(name, 'a'),
  spec: { containers: [{ name: 'c', image: 'x' }], ...(nodeName ? { nodeName } : {}), ...spec },
});

const volume = (name: string, claim: string | undefined): Live<PersistentVolume> => ({
  metadata: metadata(name),
  spec: {
    csi: {
      driver: 'd',
      volumeHandle: name,
      nodePublishSecretRef: { namespace: 'store', name: 'mount' },
      controllerPublishSecretRef: { namespace: 'store', name: 'attach' },
    },
    ...(claim ? { claimRef: { namespace: 'a', name: claim } } : {}),
  },
});

const claimed = { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }] };

describe('the graph of what nodes may read', () => {
  it('leads from all that a bound pod names to its node, and to no other', () => {
    const graph = new NodeGraph();
    graph.setPod(
      pod('p', 'n1', {
        serviceAccountName: 'sa',
        imagePullSecrets: [{ name: 'pull' }],
        resourceClaims: [{ name: 'r', resourceClaimName: 'gpu' }],
        volumes: [
          { name: 'v', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'ca' } }] } },
          { name: 'e', ephemeral: { volumeClaimTemplate: { spec: {} } } },
        ],
      }),
    );
    for (const [type, name] of [
      ['pod', 'p'],
      ['serviceaccount', 'sa'],
      ['secret', 'pull'],
      ['secret', 'projected'],
      ['configmap', 'ca'],
      ['pvc', 'p-e'],
      ['resourceclaim', 'gpu'],
    ] as const) {
      expect([type, name, graph.reaches('n1', type, 'a', name), graph.reaches('n2', type, 'a', name)]).toEqual([type, name, true, false]);
    }
  });

  it('does not know pods that are not bound', () => {
    const graph = new NodeGraph();
    graph.setPod(pod('p', undefined, { serviceAccountName: 'sa' }));
    expect(graph.size).toBe(0);
  });

  it('gives mirror pods nothing but themselves', () => {
    const graph = new NodeGraph();
    const mirror = pod('p', 'n1', { imagePullSecrets: [{ name: 'pull' }] });
    graph.setPod({ ...mirror, metadata: { ...mirror.metadata, annotations: { 'kubernetes.io/config.mirror': 'x' } } });
    expect([graph.reaches('n1', 'pod', 'a', 'p'), graph.reaches('n1', 'secret', 'a', 'pull')]).toEqual([true, false]);
  });

  it.each([
    ['the pod first', false],
    ['the volume first', true],
  ])('leads from a volume and its Secrets over the claim, %s', (_order, volumeFirst) => {
    const graph = new NodeGraph();
    const steps = [() => graph.setPod(pod('p', 'n1', claimed)), () => graph.setVolume(volume('pv', 'claim'))];
    for (const step of volumeFirst ? steps.reverse() : steps) step();
    const seen = () => [
      graph.reaches('n1', 'pv', '', 'pv'),
      graph.reaches('n1', 'secret', 'store', 'mount'),
      graph.reaches('n1', 'secret', 'store', 'attach'),
    ];
    expect(seen()).toEqual([true, true, false]);
    graph.removePod('a', 'p');
    expect(seen()).toEqual([false, false, false]);
    graph.setPod(pod('p', 'n1', claimed));
    expect(seen()).toEqual([true, true, false]);
    graph.setVolume(volume('pv', undefined));
    expect(seen()).toEqual([false, false, false]);
    graph.removePod('a', 'p');
    expect(graph.size).toBe(0);
  });

  it('keeps a right as long as one of several pods gives it', () => {
    const graph = new NodeGraph();
    graph.setPod(pod('p', 'n1', { imagePullSecrets: [{ name: 'pull' }] }));
    graph.setPod(pod('q', 'n1', { imagePullSecrets: [{ name: 'pull' }] }));
    graph.removePod('a', 'p');
    expect(graph.reaches('n1', 'secret', 'a', 'pull')).toBe(true);
    graph.removePod('a', 'q');
    expect(graph.reaches('n1', 'secret', 'a', 'pull')).toBe(false);
  });

  it('takes the old rights back when a pod of the same name runs elsewhere', () => {
    const graph = new NodeGraph();
    graph.setPod(pod('p', 'n1', { imagePullSecrets: [{ name: 'pull' }] }));
    graph.setPod(pod('p', 'n2', { imagePullSecrets: [{ name: 'pull' }] }));
    expect([graph.reaches('n1', 'secret', 'a', 'pull'), graph.reaches('n2', 'secret', 'a', 'pull')]).toEqual([false, true]);
  });

  it('does no work for a change that moves no reference, and the same for a new pod among 5,000 as among none', () => {
    const graph = new NodeGraph();
    const shared = { serviceAccountName: 'default', imagePullSecrets: [{ name: 'pull' }] };
    const workOf = (change: () => void) => {
      const before = graph.work;
      change();
      return graph.work - before;
    };
    const first = workOf(() => graph.setPod(pod('first', 'n1', shared)));
    for (let i = 0; i < 5_000; i++) graph.setPod(pod(`p${i}`, `n${i % 100}`, shared));
    expect(workOf(() => graph.setPod(pod('last', 'n1', shared)))).toBe(first);
    expect(workOf(() => graph.setPod({ ...pod('last', 'n1', shared), status: { phase: 'Running' } }))).toBe(0);
    expect(workOf(() => graph.removePod('a', 'last'))).toBe(first);
  });
});
