import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { NodeAbilities } from '../../contract/node-abilities.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { DECLARED_FEATURES } from '../../spec/declared-features.ts';
import type { AdmissionFacts } from './admission.ts';
import { admitPod } from './admission.ts';
import { sysctlAllowlist } from './sysctl-allowlist.ts';

const node = { metadata: { name: 'n1', labels: { disk: 'ssd', cores: '8' } } };
const abilities: NodeAbilities = {
  supplementalGroupsPolicy: false,
  recursiveReadOnlyMounts: false,
  userNamespaces: false,
  appArmor: false,
  declaredFeatures: [],
};
const sysctls = sysctlAllowlist();
const allocatable = { cpu: '2', memory: '1Gi', pods: '3' };
const state = { abilities, pressure: [] as readonly string[], isShuttingDown: false };
const admit = (pod: Pod, others: readonly Pod[] = [], more: Partial<AdmissionFacts> = {}) =>
  admitPod(pod, { node, allocatable, others, sysctls, ...state, ...more });
const asking = (requests: Record<string, string>, more = {}) => aPod({ containers: [aContainer('c', { resources: { requests } })], ...more });
const affinity = (nodeSelectorTerms: object[]) =>
  aPod({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });

describe('what a node refuses', () => {
  it('is a pod that asks for more than is left', () => {
    expect(admit(asking({ cpu: '1' }), [asking({ cpu: '1' })])).toBeUndefined();
    expect(admit(asking({ cpu: '1' }), [asking({ cpu: '1500m' })])).toEqual({
      reason: 'OutOfcpu',
      message: "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000",
    });
    expect(admit(asking({ memory: '2Gi' }))?.reason).toBe('OutOfmemory');
  });

  it('is a pod that asks for huge pages which the node lacks, or has too few of', () => {
    const node = { allocatable: { ...allocatable, 'hugepages-2Mi': '8Mi' } };
    const pages = (amount: string) => asking({ 'hugepages-2Mi': amount });
    expect(admit(pages('4Mi'))).toEqual({
      reason: 'OutOfhugepages-2Mi',
      message: "Node didn't have enough resource: hugepages-2Mi, requested: 4194304, used: 0, capacity: 0",
    });
    expect(admit(pages('0'))).toBeUndefined();
    expect(admit(pages('4Mi'), [pages('4Mi')], node)).toBeUndefined();
    expect(admit(pages('4Mi'), [pages('6Mi')], node)?.message).toBe(
      "Node didn't have enough resource: hugepages-2Mi, requested: 4194304, used: 6291456, capacity: 8388608",
    );
    expect(admit(asking({ 'hugepages-1Gi': '1Gi' }), [], node)?.reason).toBe('OutOfhugepages-1Gi');
  });

  const GPU = 'deviceclass.resource.kubernetes.io/gpu';
  const resources = { limits: { 'hugepages-2Mi': '2Mi' } };
  const claim = { resourceClaimName: 'r', requestMappings: [{ containerName: 'c', resourceName: GPU, requestName: 'q' }] };
  it.each<[which: string, pod: Pod, reason: string | undefined]>([
    ['of an init container', aPod({ initContainers: [aContainer('i', { resources })] }), 'OutOfhugepages-2Mi'],
    ['of the pod as a whole', aPod({ resources }), 'OutOfhugepages-2Mi'],
    ['of the overhead', aPod({ overhead: { 'hugepages-2Mi': '2Mi' } }), 'OutOfhugepages-2Mi'],
    ['of the disk', asking({ 'ephemeral-storage': '1' }), 'OutOfephemeral-storage'],
    ['of Kubernetes', asking({ 'kubernetes.io/batch-cpu': '1' }), 'OutOfkubernetes.io/batch-cpu'],
    ['of the cluster', asking({ 'example.com/licence': '1' }), undefined],
    ['of a class of devices', asking({ [GPU]: '1' }), `OutOf${GPU}`],
    ['of a class of devices that it has', { ...asking({ [GPU]: '1' }), status: { extendedResourceClaimStatus: claim } }, undefined],
  ])('is a pod whose resource the node does not list, if it is one %s', (_which, pod, reason) => expect(admit(pod)?.reason).toBe(reason));

  it('is a pod that might make a shortage worse', () => {
    const disk = { pressure: ['DiskPressure'] };
    const memory = { pressure: ['MemoryPressure'] };
    const tolerant = aPod({ tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' }] });
    expect(admit(aPod(), [], disk)).toEqual({ reason: 'Evicted', message: 'The node had condition: [DiskPressure]. ' });
    expect(admit(aPod(), [], memory)?.reason).toBe('Evicted');
    expect(admit(asking({ memory: '1Mi' }), [], memory)).toBeUndefined();
    expect(admit(tolerant, [], memory)).toBeUndefined();
    expect(admit(tolerant, [], { pressure: ['MemoryPressure', 'DiskPressure'] })?.message).toBe(
      'The node had condition: [MemoryPressure DiskPressure]. ',
    );
    expect(admit(aPod({ priority: 2_000_000_000 }), [], disk)).toBeUndefined();
  });

  it('is any pod while the machine shuts down', () => {
    const rejection = { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' };
    expect(admit(aPod(), [], { isShuttingDown: true })).toEqual(rejection);
  });

  it('is one pod too many', () => {
    expect(admit(aPod(), [aPod(), aPod(), aPod()])?.reason).toBe('OutOfpods');
  });

  it('is a pod that asks for too much, before all else', () => {
    expect(admit(asking({ cpu: '5' }, { nodeSelector: { disk: 'hdd' } }), [aPod(), aPod()])?.reason).toBe('OutOfcpu');
  });

  it.each([
    ['of a critical priority', { priority: 2_000_001_000 }, {}],
    ['of the node itself', {}, { annotations: { 'kubernetes.io/config.source': 'file' } }],
    ['that mirrors one of the node', {}, { annotations: { 'kubernetes.io/config.mirror': 'hash' } }],
  ])('is a pod %s, until others have been ended for it', (_which, more, metadata) => {
    const critical = (spec = {}) =>
      aPod({ containers: [aContainer('c', { resources: { requests: { cpu: '1500m' } } })], ...more, ...spec }, metadata);
    expect(admit(critical())).toBeUndefined();
    expect(admit(critical(), [asking({ cpu: '1' }), aPod(), aPod()])?.shortages).toMatchObject([
      { resource: 'pods', missing: 1 },
      { resource: 'cpu', missing: 500 },
    ]);
    // To end others would be in vain.
    const unfit = admit(critical({ nodeSelector: { disk: 'hdd' } }), [asking({ cpu: '1' })]);
    expect(unfit).toEqual({ reason: 'NodeAffinity', message: expect.any(String) });
  });

  it('is a pod that does not tolerate a taint by which pods are evicted', () => {
    const tainted = { node: { ...node, spec: { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] } } };
    expect(admit(aPod(), [], tainted)).toEqual({
      reason: 'TaintToleration',
      message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    });
    expect(admit(aPod({ tolerations: [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoExecute' }] }), [], tainted)).toBeUndefined();
    expect(admit(aPod({ tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }] }), [], tainted)?.reason).toBe('TaintToleration');
    expect(admit(aPod({ priority: 2_000_000_000 }), [], tainted)?.reason).toBe('TaintToleration');
    expect(admit(aPod({}, { annotations: { 'kubernetes.io/config.source': 'file' } }), [], tainted)).toBeUndefined();
    const unscheduled = { node: { ...node, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } } };
    expect(admit(aPod(), [], unscheduled)).toBeUndefined();
  });

  it('is a pod whose selector does not match', () => {
    expect(admit(aPod({ nodeSelector: { disk: 'ssd' } }))).toBeUndefined();
    expect(admit(aPod({ nodeSelector: { disk: 'hdd' } }))).toEqual({
      reason: 'NodeAffinity',
      message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    });
  });

  it.each([
    [{ key: 'disk', operator: 'In', values: ['ssd'] }, true],
    [{ key: 'disk', operator: 'NotIn', values: ['ssd'] }, false],
    [{ key: 'gpu', operator: 'NotIn', values: ['a'] }, true],
    [{ key: 'gpu', operator: 'Exists' }, false],
    [{ key: 'gpu', operator: 'DoesNotExist' }, true],
    [{ key: 'cores', operator: 'Gt', values: ['4'] }, true],
    [{ key: 'cores', operator: 'Lt', values: ['4'] }, false],
  ])('goes by required affinity: %j', (requirement, fits) => {
    expect(admit(affinity([{ matchExpressions: [requirement] }])) === undefined).toBe(fits);
  });

  it.each(['1.5', ' 7', '0x10'])('compares integers only: a label of %j is no match', (cores) => {
    const pod = affinity([{ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['0'] }] }]);
    expect(admitPod(pod, { node: { metadata: { name: 'n1', labels: { cores } } }, allocatable, others: [], sysctls, ...state })?.reason).toBe(
      'NodeAffinity',
    );
  });

  it('goes by any of several terms, and by the node’s name', () => {
    const byName = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] };
    expect(admit(affinity([{ matchExpressions: [{ key: 'no', operator: 'Exists' }] }, byName]))).toBeUndefined();
    expect(admit(affinity([{}]))?.reason).toBe('NodeAffinity');
  });

  it('is a pod that needs features which the node does not declare', () => {
    const restartPolicyRules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
    const containers = [aContainer('c', { restartPolicy: 'Never', restartPolicyRules })];
    const onHost = { hostNetwork: true, hostUsers: false };
    const declaring = (...declaredFeatures: string[]) => ({ abilities: { ...abilities, declaredFeatures } });
    expect(admit(aPod({ containers, ...onHost }), [], declaring('Other'))).toEqual({
      reason: 'PodFeatureUnsupported',
      message: 'Pod requires node features that are not available: RestartAllContainersOnContainerExits, UserNamespacesHostNetworkSupport',
    });
    expect(admit(aPod({ containers, ...onHost }), [], declaring(...DECLARED_FEATURES))?.message).toBe(
      'Pod requires node features that are not available: UserNamespacesHostNetworkSupport',
    );
    expect(admit(aPod({ containers }), [], declaring(...DECLARED_FEATURES))).toBeUndefined();
  });

  it('is a host port that is taken', () => {
    const on = (hostPort: number, hostIP?: string) =>
      aPod({ containers: [aContainer('c', { ports: [{ containerPort: 80, hostPort, ...(hostIP ? { hostIP } : {}) }] })] });
    expect(admit(on(8080), [on(8081)])).toBeUndefined();
    expect(admit(on(8080), [on(8080, '10.0.0.1')])?.reason).toBe('NodePorts');
    expect(admit(on(8080, '10.0.0.2'), [on(8080, '10.0.0.1')])).toBeUndefined();
    const early = (hostPort: number, restartPolicy?: string) =>
      aPod({ initContainers: [aContainer('i', { ports: [{ containerPort: 80, hostPort }], ...(restartPolicy ? { restartPolicy } : {}) })] });
    expect(admit(early(8080, 'Always'), [on(8080)])?.reason).toBe('NodePorts');
    expect(admit(on(8080), [early(8080, 'Always')])?.reason).toBe('NodePorts');
    expect(admit(on(8080), [early(8080)])).toBeUndefined();
  });
});
