import { crc32 } from 'node:zlib';
import { readIfThere, replaceFile } from '../../base/kept-file.ts';
import type { AllocationEntry } from './allocations.ts';
import { ContainerAllocateResponse } from './messages.ts';

/** The form of kubelet's kubelet_internal_checkpoint, in Go's names. Its checksum is our own: kubelet's is that of a dump of its memory. */
interface Checkpoint {
  readonly Data: {
    readonly PodDeviceEntries: readonly PodDevicesEntry[] | null;
    readonly RegisteredDevices: Readonly<Record<string, readonly string[] | null>> | null;
  };
  readonly Checksum: number;
}

interface PodDevicesEntry {
  readonly PodUID: string;
  readonly ContainerName: string;
  readonly ResourceName: string;
  readonly DeviceIDs: Readonly<Record<string, readonly string[]>>;
  /** The plugin's answer: protobuf in base64. */
  readonly AllocResp: string;
}

/** The facts that one agent leaves to the next. */
export interface SavedDevices {
  readonly allocations: readonly AllocationEntry[];
  /** Healthy devices by resource. */
  readonly registered: Readonly<Record<string, readonly string[]>>;
}

/** Reads what an earlier agent has left; nothing if there is no file. @throws Error if the file cannot be read */
export async function readCheckpoint(path: string): Promise<SavedDevices> {
  const text = await readIfThere(path);
  if (text === undefined) return { allocations: [], registered: {} };
  const { Data, Checksum }: Checkpoint = JSON.parse(text);
  if (crc32(JSON.stringify(Data)) !== Checksum) throw new Error('checkpoint is corrupted');
  return {
    allocations: (Data.PodDeviceEntries ?? []).map(toAllocation),
    registered: Object.fromEntries(Object.entries(Data.RegisteredDevices ?? {}).map(([resource, devices]) => [resource, devices ?? []])),
  };
}

/** Replaces the file in one step, and returns once it is on disk. */
export async function writeCheckpoint(path: string, { allocations, registered }: SavedDevices): Promise<void> {
  const Data = { PodDeviceEntries: allocations.map(toEntry), RegisteredDevices: registered };
  const checkpoint: Checkpoint = { Data, Checksum: crc32(JSON.stringify(Data)) };
  await replaceFile(path, JSON.stringify(checkpoint));
}

const toAllocation = ({ PodUID, ContainerName, ResourceName, DeviceIDs, AllocResp }: PodDevicesEntry): AllocationEntry => ({
  podUid: PodUID,
  container: ContainerName,
  resource: ResourceName,
  devices: DeviceIDs,
  response: ContainerAllocateResponse.decode(Buffer.from(AllocResp, 'base64')),
});

const toEntry = ({ podUid, container, resource, devices, response }: AllocationEntry): PodDevicesEntry => ({
  PodUID: podUid,
  ContainerName: container,
  ResourceName: resource,
  DeviceIDs: devices,
  AllocResp: ContainerAllocateResponse.encode(response).toString('base64'),
});
