import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { removeDirectory } from '../base/remove-directory.fixture.ts';
import type { MemoryClient } from '../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../runtime/client/memory-client.fixture.ts';
import { createNodeDra } from './agent-dra.ts';
import { DynamicResourcesError } from './contract/dynamic-resources.ts';
import { aContainer, aPod } from './contract/pods.fixture.ts';

let root = '';
let client: MemoryClient;
let end: AbortController;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'agent-dra-'));
  client = createMemoryClient(systemClock);
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  await removeDirectory(root);
});

const aNode = () => createNodeDra({ nodeName: 'n', root, client, clock: systemClock, log: silentLogger, wakePod: () => {}, signal: end.signal });
const checkpoint = () => join(root, 'dra_manager_state');
const claiming = aPod({ resourceClaims: [{ name: 'x', resourceClaimName: 'x' }] });

describe('a node whose pods have no claims', () => {
  it('loads nothing for them, and asks the server nothing', async () => {
    const dra = aNode();
    await dra.begin(Promise.resolve(), end.signal);
    const pod = aPod();
    await dra.resources.prepare(pod);
    expect(await dra.resources.devices(pod, aContainer('c'))).toEqual([]);
    await dra.resources.unprepare(pod);
    await dra.reconcile(() => false);
    expect(dra.metrics()).toBeUndefined();
    expect(client.calls).toEqual(['deletecollection resourceslices']);
  });
});

describe('a node that begins', () => {
  it('deletes the slices of its drivers once it is registered, and not before', async () => {
    const dra = aNode();
    const registered = Promise.withResolvers<void>();
    const begun = dra.begin(registered.promise, end.signal);
    expect(client.calls).toEqual([]);
    registered.resolve();
    await begun;
    expect(client.calls).toEqual(['deletecollection resourceslices']);
  });

  it('knows the claims that an earlier agent has prepared', async () => {
    const { writeCheckpoint } = await import('./dra/checkpoint.ts');
    const device = { poolName: 'p', deviceName: 'd', shareId: undefined, requestNames: [], cdiDeviceIds: ['e.com/d=1'] };
    const drivers = new Map([['driver', [device]]]);
    await writeCheckpoint(checkpoint(), [{ uid: 'c', name: 'x', namespace: 'default', podUids: new Set(['u1']), drivers, isPrepared: true }]);
    const dra = aNode();
    await dra.begin(Promise.resolve(), end.signal);
    expect(dra.metrics()).toBeDefined();
    const user = aContainer('c', { resources: { claims: [{ name: 'x' }] } });
    expect(await dra.resources.devices(claiming, user)).toEqual(['e.com/d=1']);
  });

  it('with a file that it cannot read prepares nothing until the file is put right, and lets other pods be', async () => {
    await writeFile(checkpoint(), 'no JSON');
    const dra = aNode();
    await dra.begin(Promise.resolve(), end.signal);
    await expect(dra.resources.prepare(claiming)).rejects.toThrow(DynamicResourcesError);
    await expect(dra.resources.prepare(claiming)).rejects.toThrow('please drain node and remove DRA state file');
    await dra.resources.prepare(aPod());
    await dra.resources.unprepare(aPod());
    await rm(checkpoint());
    await expect(dra.resources.prepare(claiming)).rejects.toThrow('prepare dynamic resources: fetch ResourceClaim x: ');
  });
});
