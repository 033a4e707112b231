import { describe, expect, it } from '@jest/globals';
import type { NodeStatus } from '../../api/kinds/core/node/index.ts';
import { nodeStatusPatch, sameStatus } from './status-patch.ts';

const ready = (status: string) => ({ type: 'Ready', status, reason: 'KubeletReady' });
const network = { type: 'NetworkUnavailable', status: 'False', reason: 'RouteCreated' };
const addresses = [{ type: 'InternalIP', address: '10.0.0.1' }];

describe('the patch of a node’s status', () => {
  it('names the changed conditions, and none that others keep', () => {
    const before = { conditions: [ready('False'), network], addresses };
    expect(nodeStatusPatch(before, { conditions: [ready('True'), network], addresses })).toEqual({ status: { conditions: [ready('True')] } });
  });

  it('leaves capacity alone that others have added, and takes away what can no longer be allocated', () => {
    const before = { capacity: { cpu: '4', 'example.com/gpu': '2' }, allocatable: { cpu: '4', 'example.com/gpu': '1', 'example.com/gone': '3' } };
    const after = { capacity: { cpu: '8' }, allocatable: { cpu: '8', 'example.com/gpu': '2' } };
    expect(nodeStatusPatch(before, after)).toEqual({
      status: { capacity: { cpu: '8' }, allocatable: { cpu: '8', 'example.com/gpu': '2', 'example.com/gone': null } },
    });
  });

  it('takes sizes of huge pages away that the machine no longer has', () => {
    const both = { cpu: '4', 'hugepages-2Mi': '0', 'hugepages-1Gi': '1Gi' };
    const one = { cpu: '4', 'hugepages-2Mi': '0' };
    expect(nodeStatusPatch({ capacity: both, allocatable: both }, { capacity: one, allocatable: one })).toEqual({
      status: { capacity: { 'hugepages-1Gi': null }, allocatable: { 'hugepages-1Gi': null } },
    });
  });

  it('replaces the addresses as a whole: a strategic patch would keep the old ones', () => {
    const [now] = [[{ type: 'InternalIP', address: '10.0.0.2' }]];
    expect(nodeStatusPatch({ addresses }, { addresses: now })).toEqual({ status: { addresses: [{ $patch: 'replace' }, ...now] } });
  });

  it('is the whole status for a node that has none', () => {
    const status = { conditions: [ready('True')], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } };
    expect(nodeStatusPatch(undefined, status)).toEqual({ status });
  });
});

describe('two statuses of a node', () => {
  const handler = { name: 'runc', features: { recursiveReadOnlyMounts: true, userNamespaces: false } };
  const status: NodeStatus = { capacity: { cpu: '4', memory: '8Gi' }, runtimeHandlers: [handler] };
  const features = { userNamespaces: false, recursiveReadOnlyMounts: true };
  const reordered: NodeStatus = { runtimeHandlers: [{ features, name: 'runc' }], capacity: { memory: '8Gi', cpu: '4' } };
  const at = (time: string, value = 'True') => ({ conditions: [{ ...ready(value), lastHeartbeatTime: time, lastTransitionTime: time }] });

  it('are the same whatever the order of their fields and the times of their conditions', () => {
    expect(sameStatus({ ...status, ...at('2026-01-01T00:00:00Z') }, { ...reordered, ...at('2026-01-01T00:00:10Z') })).toBe(true);
    expect(nodeStatusPatch(status, reordered)).toEqual({ status: {} });
  });

  it('differ by the value of a field or of a condition', () => {
    expect(sameStatus(status, { ...reordered, capacity: { cpu: '4', memory: '4Gi' } })).toBe(false);
    expect(sameStatus({ ...status, ...at('2026-01-01T00:00:00Z') }, { ...status, ...at('2026-01-01T00:00:00Z', 'False') })).toBe(false);
  });
});
