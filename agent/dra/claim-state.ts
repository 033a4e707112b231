/** A device that a driver has prepared for a claim. */
export interface PreparedDevice {
  readonly poolName: string;
  readonly deviceName: string;
  /** Undefined unless the device is allocated several times. */
  readonly shareId: string | undefined;
  /** The requests of the claim that it is for; none for all. */
  readonly requestNames: readonly string[];
  readonly cdiDeviceIds: readonly string[];
}

/** A claim that was handed to drivers on this node, or is about to be. */
export interface ClaimState {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly podUids: Set<string>;
  /** The devices by driver, of all drivers in the claim's allocation: those that provide none too. */
  readonly drivers: Map<string, readonly PreparedDevice[]>;
  /** All drivers have prepared it, in the life of this agent. */
  isPrepared: boolean;
}

/** Returns the CDI names of a claim's devices: those for a request, or all of them. */
export function cdiNames({ drivers }: ClaimState, request: string | undefined): readonly string[] {
  const devices = [...drivers.values()].flat();
  return devices.filter((device) => isForRequest(device, request)).flatMap(({ cdiDeviceIds }) => cdiDeviceIds);
}

/** Whether a device is for a request of its claim; undefined stands for all requests. */
export const isForRequest = ({ requestNames }: PreparedDevice, request: string | undefined): boolean =>
  request === undefined || requestNames.length === 0 || requestNames.includes(request);
