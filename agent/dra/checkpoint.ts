import { rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { readIfThere, replaceFile } from '../../base/kept-file.ts';
import type { ClaimState } from './claim-state.ts';

/** The form of kubelet's dra_manager_state: JSON with Go's names, in a text that a checksum stands beside. */
interface Checkpoint {
  readonly Data: string;
  readonly Checksum: number;
}

interface CheckpointData {
  readonly kind: string;
  readonly apiVersion: string;
  readonly ClaimInfoStateList: readonly ClaimEntry[] | null;
}

interface ClaimEntry {
  readonly ClaimUID: string;
  readonly ClaimName: string;
  readonly Namespace: string;
  readonly PodUIDs: Readonly<Record<string, object>> | null;
  readonly DriverState: Readonly<Record<string, { readonly Devices: readonly DeviceEntry[] | null }>> | null;
}

interface DeviceEntry {
  readonly PoolName: string;
  readonly DeviceName: string;
  readonly ShareID: string | null;
  readonly RequestNames: readonly string[] | null;
  readonly CDIDeviceIDs: readonly string[] | null;
}

/**
 * Reads the claims that an earlier agent has handed to drivers; none if there is no file.
 * @throws Error if the file cannot be read: what it stands for must not be taken for absent
 */
export async function readCheckpoint(path: string): Promise<readonly ClaimState[]> {
  const text = await readIfThere(path);
  if (text === undefined) return [];
  try {
    const { Data, Checksum }: Checkpoint = JSON.parse(text);
    if (crc32(Data) !== Checksum) throw new Error('checkpoint is corrupted');
    const { ClaimInfoStateList }: CheckpointData = JSON.parse(Data);
    return (ClaimInfoStateList ?? []).map(toState);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`could not initialize checkpoint manager, please drain node and remove DRA state file, err: ${path}: ${why}`);
  }
}

/** Replaces the file in one step, and returns once it is on disk; removes it if there are no claims. */
export async function writeCheckpoint(path: string, claims: readonly ClaimState[]): Promise<void> {
  if (claims.length === 0) {
    await rm(path, { force: true });
    return;
  }
  const data: CheckpointData = {
    kind: 'DRACheckpoint',
    apiVersion: 'checkpoint.dra.kubelet.k8s.io/v1',
    ClaimInfoStateList: claims.map(toEntry),
  };
  const Data = JSON.stringify(data);
  const checkpoint: Checkpoint = { Data, Checksum: crc32(Data) };
  await replaceFile(path, JSON.stringify(checkpoint));
}

const toState = ({ ClaimUID, ClaimName, Namespace, PodUIDs, DriverState }: ClaimEntry): ClaimState => ({
  uid: ClaimUID,
  name: ClaimName,
  namespace: Namespace,
  podUids: new Set(Object.keys(PodUIDs ?? {})),
  drivers: new Map(
    Object.entries(DriverState ?? {}).map(([driver, { Devices }]) => [
      driver,
      (Devices ?? []).map((device) => ({
        poolName: device.PoolName,
        deviceName: device.DeviceName,
        shareId: device.ShareID ?? undefined,
        requestNames: device.RequestNames ?? [],
        cdiDeviceIds: device.CDIDeviceIDs ?? [],
      })),
    ]),
  ),
  isPrepared: false,
});

const toEntry = ({ uid, name, namespace, podUids, drivers }: ClaimState): ClaimEntry => ({
  ClaimUID: uid,
  ClaimName: name,
  Namespace: namespace,
  PodUIDs: Object.fromEntries([...podUids].map((pod) => [pod, {}])),
  DriverState: Object.fromEntries(
    [...drivers].map(([driver, devices]) => [
      driver,
      {
        Devices: devices.map((device) => ({
          PoolName: device.poolName,
          DeviceName: device.deviceName,
          ShareID: device.shareId ?? null,
          RequestNames: device.requestNames,
          CDIDeviceIDs: device.cdiDeviceIds,
        })),
      },
    ]),
  ),
});
