import { describe, expect, it } from '@jest/globals';
import type { Container } from '../container/container.ts';
import { featuresNeeded, featuresNeededToUpdate, missingFeatures } from './node-features.ts';
import type { PodSpec } from './pod-spec.ts';

const POD_RESIZE = 'InPlacePodLevelResourcesVerticalScaling';
const INIT_RESIZE = 'InPlacePodVerticalScalingInitContainers';
const RESTART_ALL = 'RestartAllContainersOnContainerExits';
const HOST_USERS = 'UserNamespacesHostNetworkSupport';

const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'app', ...more });
const spec = (more: Partial<PodSpec> = {}): PodSpec => ({ containers: [container('main')], ...more });
const rules = (...actions: string[]): Partial<Container> => ({
  restartPolicy: 'Never',
  restartPolicyRules: actions.map((action) => ({ action, exitCodes: { operator: 'In', values: [42] } })),
});
const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
const sidecar = (amount: string) => container('proxy', { restartPolicy: 'Always', ...cpu(amount) });

describe('a pod needs of its node', () => {
  it.each<[string, PodSpec, string[]]>([
    ['nothing by itself', spec(), []],
    ['nothing to restart one container', spec({ containers: [container('main', rules('Restart'))] }), []],
    [
      'to restart all containers, if any rule of a container says so',
      spec({ containers: [container('a'), container('b', rules('Restart', 'RestartAllContainers'))] }),
      [RESTART_ALL],
    ],
    [
      'to restart all containers, if a rule of an init container says so',
      spec({ initContainers: [container('i', rules('RestartAllContainers'))] }),
      [RESTART_ALL],
    ],
    ['nothing for resources of its own', spec(cpu('1')), []],
    ['users of its own beside the host’s network', spec({ hostNetwork: true, hostUsers: false }), [HOST_USERS]],
    ['nothing for users of its own', spec({ hostUsers: false }), []],
    ['nothing for the host’s network', spec({ hostNetwork: true, hostUsers: true }), []],
    [
      'all of it at once, by name',
      spec({ hostNetwork: true, hostUsers: false, containers: [container('main', rules('RestartAllContainers'))] }),
      [RESTART_ALL, HOST_USERS],
    ],
  ])('%s', (_sentence, subject, expected) => {
    expect(featuresNeeded(subject)).toEqual(expected);
  });
});

describe('a change of a pod needs of its node', () => {
  it.each<[string, PodSpec, PodSpec, string[]]>([
    ['nothing if nothing differs', spec(cpu('1')), spec(cpu('1')), []],
    ['nothing for another image', spec({ containers: [container('main')] }), spec({ containers: [container('main', { image: 'b' })] }), []],
    ['nothing for the resources of a container', spec(), spec({ containers: [container('main', cpu('2'))] }), []],
    ['to resize the pod as a whole', spec(cpu('1')), spec(cpu('2')), [POD_RESIZE]],
    ['to give the pod resources of its own', spec(), spec(cpu('2')), [POD_RESIZE]],
    ['to take them away', spec(cpu('1')), spec(), [POD_RESIZE]],
    ['to resize an init container', spec({ initContainers: [container('i')] }), spec({ initContainers: [container('i', cpu('2'))] }), [INIT_RESIZE]],
    ['nothing to resize a sidecar', spec({ initContainers: [sidecar('1')] }), spec({ initContainers: [sidecar('2')] }), []],
    [
      'both, by name',
      spec({ ...cpu('1'), initContainers: [sidecar('1'), container('i', cpu('1'))] }),
      spec({ ...cpu('2'), initContainers: [sidecar('1'), container('i', cpu('2'))] }),
      [POD_RESIZE, INIT_RESIZE],
    ],
    ['nothing that the pod needs anyway', spec({ hostNetwork: true, hostUsers: false }), spec({ hostNetwork: true, hostUsers: false }), []],
  ])('%s', (_sentence, old, now, expected) => {
    expect(featuresNeededToUpdate(now, old)).toEqual(expected);
  });
});

it.each<[readonly string[], readonly string[] | undefined, readonly string[]]>([
  [[], undefined, []],
  [['A'], undefined, ['A']],
  [['A'], [], ['A']],
  [['A'], ['A', 'Z'], []],
  [['A', 'B'], ['A', 'Unknown'], ['B']],
])('of %j a node that declares %j lacks %j', (needed, declared, missing) => {
  expect(missingFeatures(needed, declared)).toEqual(missing);
});
