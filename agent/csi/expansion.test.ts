import { describe, expect, it } from '@jest/globals';
import { aVolume, boundClaim, refTo } from '../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { systemClock } from '../../base/clock.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import { aPod } from '../contract/pods.fixture.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { directSource } from '../volume/object-cache.ts';
import type { Driver } from './drivers.ts';
import { expandOnNode } from './expansion.ts';
import { NODE_CAPABILITY } from './messages.ts';
import { volumePaths } from './volume-paths.ts';
import { specOf } from './volume-spec.ts';

/** Has a driver refuse to grow a volume to 9Gi, which the resizer has set aside for the claim; returns the claim's status after each of the sizes that it asks for in turn. */
async function refused(code: RuntimeError['code'], ...asked: readonly string[]) {
  const client = createMemoryClient(systemClock);
  const found = boundClaim('c', 'v');
  const waiting = { ...found.status, allocatedResources: { storage: '9Gi' }, allocatedResourceStatuses: { storage: 'NodeResizePending' } };
  let claim = await client.create(persistentVolumeClaims, { ...found, status: waiting });
  const volume = aVolume('v', {
    hostPath: undefined,
    csi: { driver: 'd', volumeHandle: 'h' },
    claimRef: refTo(claim),
    capacity: { storage: '9Gi' },
  });
  const driver = {
    name: 'd',
    version: [1, 0, 0],
    pathFor: (path: string) => path,
    client: { expand: () => Promise.reject(new RuntimeError(code, 'no room')) },
  } as unknown as Driver;
  const statuses = [];
  for (const storage of asked) {
    claim = await client.update(persistentVolumeClaims, { ...claim, spec: { ...claim.spec, resources: { requests: { storage } } } });
    const wish = { pod: aPod(), name: 'data', source: { type: 'bound', volume, claim, readOnly: false } } as const;
    await expandOnNode(
      { wish, spec: specOf(wish), driver, capabilities: new Set([NODE_CAPABILITY.EXPAND_VOLUME]) },
      {
        client,
        clock: systemClock,
        recorder: { event: () => {} },
        objects: directSource(client),
        paths: volumePaths(podDirectories('/var/lib/x')),
        nodeName: 'n',
      },
    ).catch(() => {});
    claim = await client.get(persistentVolumeClaims, { namespace: 'default', name: 'c' });
    statuses.push(claim.status?.allocatedResourceStatuses?.storage);
  }
  return statuses;
}

describe('a volume that its driver does not grow', () => {
  it.each<[string, RuntimeError['code'], readonly string[], readonly string[]]>([
    ['stays on its way while the claim asks for the same size', 'Internal', ['9Gi', '9Gi'], ['NodeResizeInProgress', 'NodeResizeInProgress']],
    ['is left to the resizer once the claim asks for another size', 'Internal', ['9Gi', '5Gi'], ['NodeResizeInProgress', 'NodeResizeInfeasible']],
    ['is tried once in any case', 'Internal', ['5Gi'], ['NodeResizeInProgress']],
    ['stays on its way while the driver may be at work', 'Unavailable', ['9Gi', '5Gi'], ['NodeResizeInProgress', 'NodeResizeInProgress']],
    ['is left to the resizer if it never can be', 'OutOfRange', ['9Gi'], ['NodeResizeInfeasible']],
  ])('%s', async (_sentence, code, asked, expected) => {
    expect(await refused(code, ...asked)).toEqual(expected);
  });
});
