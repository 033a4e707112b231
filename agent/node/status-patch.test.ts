import { describe, expect, it } from '@jest/globals';
import { nodeStatusPatch } from './status-patch.ts';

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

  it('replaces the addresses as a whole: a strategic patch would keep the old ones', () => {
    const [now] = [[{ type: 'InternalIP', address: '10.0.0.2' }]];
    expect(nodeStatusPatch({ addresses }, { addresses: now })).toEqual({ status: { addresses: [{ $patch: 'replace' }, ...now] } });
  });

  it('is the whole status for a node that has none', () => {
    const status = { conditions: [ready('True')], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } };
    expect(nodeStatusPatch(undefined, status)).toEqual({ status });
  });
});
