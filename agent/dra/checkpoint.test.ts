import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { ClaimState } from './claim-state.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterEach(() => removeDirectory(root));
const file = () => join(root, 'dra_manager_state');

const claim: ClaimState = {
  uid: 'claim-uid',
  name: 'x',
  namespace: 'default',
  podUids: new Set(['a', 'b']),
  drivers: new Map([
    [
      'gpu.example.com',
      [
        { poolName: 'p', deviceName: 'd', shareId: 's', requestNames: ['r'], cdiDeviceIds: ['e.com/d=1'] },
        { poolName: 'p', deviceName: 'e', shareId: undefined, requestNames: [], cdiDeviceIds: [] },
      ],
    ],
    ['nic.example.com', []],
  ]),
  isPrepared: false,
};

describe('the file of prepared claims', () => {
  it('gives back what was written, not yet prepared in the life of the agent that reads it', async () => {
    await writeCheckpoint(file(), [{ ...claim, isPrepared: true }]);
    expect(await readCheckpoint(file())).toEqual([claim]);
    expect(await readdir(root)).toEqual(['dra_manager_state']);
  });

  it('is gone when there are no claims', async () => {
    await writeCheckpoint(file(), [claim]);
    await writeCheckpoint(file(), []);
    expect(await readdir(root)).toEqual([]);
    expect(await readCheckpoint(file())).toEqual([]);
  });

  it('has the form of kubelet’s', async () => {
    await writeCheckpoint(file(), [claim]);
    const { Data }: { Data: string } = JSON.parse(await readFile(file(), 'utf8'));
    expect(JSON.parse(Data)).toEqual({
      kind: 'DRACheckpoint',
      apiVersion: 'checkpoint.dra.kubelet.k8s.io/v1',
      ClaimInfoStateList: [
        {
          ClaimUID: 'claim-uid',
          ClaimName: 'x',
          Namespace: 'default',
          PodUIDs: { a: {}, b: {} },
          DriverState: {
            'gpu.example.com': {
              Devices: [
                { PoolName: 'p', DeviceName: 'd', ShareID: 's', RequestNames: ['r'], CDIDeviceIDs: ['e.com/d=1'] },
                { PoolName: 'p', DeviceName: 'e', ShareID: null, RequestNames: [], CDIDeviceIDs: [] },
              ],
            },
            'nic.example.com': { Devices: [] },
          },
        },
      ],
    });
  });

  it('that kubelet wrote is read, with null in the place of what is empty', async () => {
    const entry = '{"ClaimUID":"u","ClaimName":"x","Namespace":"n","PodUIDs":{},"DriverState":{"d":{"Devices":null}}}';
    const Data = `{"kind":"DRACheckpoint","apiVersion":"checkpoint.dra.kubelet.k8s.io/v1","ClaimInfoStateList":[${entry}]}`;
    await writeFile(file(), JSON.stringify({ Data, Checksum: 58_877_450 }));
    const [state] = await readCheckpoint(file());
    expect(state).toMatchObject({ uid: 'u', drivers: new Map([['d', []]]) });
  });

  it.each(['', '{"Data":"{}","Checksum":1}', 'no JSON'])('that holds %j is an error', async (text) => {
    await writeFile(file(), text);
    await expect(readCheckpoint(file())).rejects.toThrow('could not initialize checkpoint manager, please drain node and remove DRA state file');
  });
});
